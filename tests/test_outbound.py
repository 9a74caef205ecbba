"""One door to the outside: nobody else opens connections, and by default nobody uses it."""

import ast
import json
from pathlib import Path

import pytest

from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)
from tests.processes import report_of
from tests.programs.closed_network import QUESTION
from tests.test_architecture import SOURCES, imported_by, name_of, parsed

NETWORK = {
    *("socket", "httpx", "httpcore", "requests", "urllib3", "aiohttp", "http.client", "smtplib"),
    *("urllib.request", "ftplib", "telnetlib", "xmlrpc.client", "websockets", "openai", "asyncio"),
    *("poplib", "imaplib", "nntplib", "socketserver", "ssl"),
}
HELP = "Damaged goods may be returned within 30 days."
# Who may, and why.
ALLOWED = {
    "customers/outbound/exchange.py": {"httpcore"},  # the door
    "customers/outbound/connections.py": {"httpcore", "ssl"},  # what it opens
    "customers/outbound/destinations.py": {"socket"},  # where a name leads
    # the servers that mailboxes name; without an active one nothing is opened
    "customers/channels/mail/connections.py": {"imaplib", "smtplib", "socket", "ssl"},
    "customers/channels/mail/fetching.py": {"imaplib"},
    "customers/channels/mail/sending.py": {"smtplib"},
    "crm_site/management/commands/up.py": {"urllib.request"},  # is our own web server up?
    "crm_site/services/preflight.py": {"socket"},  # is a port of this machine free?
}


def network_of(tree):
    """The modules that open connections which a module imports."""
    named = {name for node in ast.walk(tree) for name in imported_by(node)}
    froms = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return {
        module
        for module in NETWORK
        for name in named | froms
        if name == module or name.startswith(f"{module}.")
    }


def unsafe_loads(tree):
    """Calls that may fetch a model: each has to say that only local files are read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            named = {keyword.arg for keyword in node.keywords}
            if called.endswith(("from_pretrained", "snapshot_download", "hf_hub_download")):
                options = [ast.unparse(k.value) for k in node.keywords if k.arg is None]
                if "local_files_only" not in named and not options:
                    yield called


def test_connections_are_opened_by_the_door_alone():
    found = {name_of(path): network_of(parsed(path)) for path in SOURCES}
    assert {name: modules for name, modules in found.items() if modules} == ALLOWED


def test_another_way_out_would_be_found():
    module = ast.parse("from urllib import request\nimport http.client\nfrom httpx import get")
    assert network_of(module) == {"urllib.request", "http.client", "httpx"}


def test_models_are_read_from_this_machine_alone():
    assert [name_of(path) for path in SOURCES if list(unsafe_loads(parsed(path)))] == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_default_product_opens_no_connection():
    """Rows are read by every model, a question is answered, a reply suggested, a ticket summed
    up, pages are looked at, and each feature is asked to write.
    """
    UserFactory(username="agent", is_staff=True, is_superuser=True)
    customer = CustomerFactory()
    TicketFactory(customer=customer, subject=QUESTION, body=QUESTION)
    ArticleFactory(body=HELP)
    ReviewFactory(customer=customer)
    report = report_of(
        "tests.programs.closed_network",
        "agent",
        DJANGO_SETTINGS_MODULE="tests.settings.plain_static",
        ENGINE_ANSWERING="tests.intelligence.answering.simple_engines.SimpleAnswering",
    )
    assert report["connections"] == []
    assert report["generated"] == [None, None, None]
    assert set(report["answers"].values()) == {200}
    assert report["analysed"] >= 4
    assert report["made"] == {
        "question": ["answered", HELP],
        "draft": ["offered", "passage"],
        "summary": ["done", ""],
    }
    assert report["entries"] == 0
    assert report["guard_sees"] == ["socket.connect"], json.dumps(report)


def test_the_program_of_the_guard_is_there():
    assert Path(__file__).with_name("programs").joinpath("closed_network.py").exists()
