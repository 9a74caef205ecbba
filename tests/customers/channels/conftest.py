"""A real SMTP server and a real IMAP server on this machine, and a mailbox that uses them."""

import contextlib
import imaplib
import socket
import subprocess
import sys
import time

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from customers.models import Mailbox

USER, PASSWORD = "demouser", "demopass"
START = "import sys; from pymap.main import main; sys.exit(main())"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Postman:
    """Keeps what is sent; answers as it is told: `answers` by step (MAIL, RCPT, DATA)."""

    def __init__(self):
        self.mails, self.answers, self.on_data, self.logins = [], {}, None, []

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.on_data:
            self.on_data(server)
        answer = self.answers.get("DATA", "250 taken")
        if answer.startswith("250"):
            self.mails.append(envelope)
        return answer

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode())


@pytest.fixture
def postman():
    handler = Postman()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=handler.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


class PlainImap:
    """A user of the IMAP server: one folder, into which mail is put."""

    def __init__(self, port, folder):
        self.port, self.folder = port, folder

    @contextlib.contextmanager
    def session(self):
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        server.login(USER, PASSWORD)
        yield server
        server.logout()

    def put(self, *mails, flags=""):
        with self.session() as server:
            for mail in mails:
                assert server.append(self.folder, flags, None, mail)[0] == "OK"

    def flags(self):
        """The flags of each mail, by UID."""
        with self.session() as server:
            server.select(self.folder, readonly=True)
            lines = server.uid("FETCH", "1:*", "(FLAGS)")[1]
            return [b"\\Seen" in line for line in lines if line]

    def renumber(self):
        """Mail comes into a folder of the same name with other numbers."""
        with self.session() as server:
            server.delete(self.folder)
            server.create(self.folder)


@pytest.fixture(scope="session")
def imap_port():
    port = free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"]
    process = subprocess.Popen([sys.executable, "-c", START, *options], stderr=subprocess.DEVNULL)
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait()


@pytest.fixture
def imap(imap_port, request):
    user = PlainImap(imap_port, f"box{abs(hash(request.node.nodeid))}")
    with user.session() as server:
        server.create(user.folder)
    return user


@pytest.fixture
def secrets(settings, tmp_path):
    settings.MAIL_SECRETS = {"BOX_MAIL_SECRET": PASSWORD}
    settings.MAIL_TIMEOUT_SECONDS = 5
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mailbox(db, secrets):
    """A mailbox of servers that nobody started; nothing is sent or fetched by itself."""
    return Mailbox.objects.create(
        name="Rapport shop",
        address="help@shop.example",
        is_active=True,
        on_own_network=True,
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_security="none",
        smtp_user=USER,
        smtp_variable="BOX_MAIL_SECRET",
        imap_security="none",
        imap_user=USER,
        imap_variable="BOX_MAIL_SECRET",
        webhook_variable="BOX_MAIL_SECRET",
    )


@pytest.fixture
def sending(mailbox, postman):
    """The mailbox with its SMTP server."""
    Mailbox.objects.filter(pk=mailbox.pk).update(smtp_port=postman.port)
    mailbox.refresh_from_db()
    return mailbox


@pytest.fixture
def fetching(mailbox, imap):
    """The mailbox with its IMAP server."""
    columns = {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_folder": imap.folder}
    Mailbox.objects.filter(pk=mailbox.pk).update(**columns)
    mailbox.refresh_from_db()
    return mailbox
