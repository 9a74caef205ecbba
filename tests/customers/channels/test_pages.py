import pytest
from django.core.files.base import ContentFile

from customers.models import InboundMail, JournalEntry, Mailbox, OutboundMail, Ticket
from tests.customers.channels.letters import mail
from tests.factories import CustomerFactory, MessageFactory, TicketFactory, UserFactory

TYPED = {
    "name": "Rapport shop",
    "address": "Sales@Shop.example",
    "imap_host": "imap.example.com",
    "imap_port": "993",
    "imap_security": "tls",
    "imap_folder": "INBOX",
    "smtp_host": "smtp.example.com",
    "smtp_port": "587",
    "smtp_security": "starttls",
}


@pytest.fixture
def manager(client, db):
    user = UserFactory(role="manager")
    client.force_login(user)
    return user


def queued(mailbox, **columns):
    message = MessageFactory(
        ticket=TicketFactory(channel="phone"), author_kind="agent", author=UserFactory()
    )
    return OutboundMail.objects.create(
        **{
            "message": message,
            "mailbox": mailbox,
            "to_address": "ann@example.com",
            "subject": "Re: x",
            "mail_id": f"m{message.pk}@shop.example",
            **columns,
        }
    )


def came(mailbox, raw, **columns):
    row = InboundMail(mailbox=mailbox, size_bytes=len(raw), **columns)
    row.raw.save("one.eml", ContentFile(raw), save=False)
    import hashlib

    row.sha256 = hashlib.sha256(raw).hexdigest()
    row.save()
    return row


def test_a_manager_adds_and_changes_a_mailbox_and_the_journal_knows(client, manager):
    page = client.post("/channels/mailboxes/new/", TYPED, follow=True)
    mailbox = Mailbox.objects.get()
    assert page.status_code == 200
    assert (mailbox.address, mailbox.is_active) == ("sales@shop.example", False)
    client.post(f"/channels/mailboxes/{mailbox.pk}/", {**TYPED, "is_active": "on", "name": "New"})
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.is_active) == ("New", True)
    edit = JournalEntry.objects.order_by("-pk").first()
    change = edit.changes.get()
    assert (edit.by, change.before) == (manager, [{"name": "Rapport shop", "is_active": False}])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"imap_host": "localhost"}, "imap_host"),
        ({"smtp_host": "10.0.0.7"}, "smtp_host"),
        ({"smtp_security": "none"}, "smtp_security"),
        ({"imap_variable": "SECRET_KEY"}, "imap_variable"),
        ({"webhook_variable": "DATABASE_URL"}, "webhook_variable"),
        ({"smtp_port": "70000"}, "smtp_port"),
    ],
)
def test_what_would_leak_or_cannot_work_is_refused_and_kept_in_the_form(
    client, manager, typed, field
):
    page = client.post("/channels/mailboxes/new/", TYPED | typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert next(iter(typed.values())) in page.content.decode()
    assert Mailbox.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    ["/channels/", "/channels/mailboxes/new/", "/channels/inbound/", "/channels/outbound/"],
)
def test_agents_do_not_set_channels(client, mailbox, address):
    client.force_login(UserFactory())
    assert client.get(address).status_code == 403
    assert client.post(f"/channels/mailboxes/{mailbox.pk}/try/").status_code == 403


def test_a_try_out_is_asked_for_and_shown_until_it_is_there(client, manager, mailbox):
    page = client.post(f"/channels/mailboxes/{mailbox.pk}/try/", follow=True)
    assert 'hx-trigger="every 1s"' in page.content.decode()
    Mailbox.objects.update(tried_at=Mailbox.objects.get().trial_requested_at, trial_error="")
    part = client.get(f"/channels/mailboxes/{mailbox.pk}/state/").content.decode()
    assert "the servers let us in" in part
    assert "hx-trigger" not in part


def test_a_stopped_mailbox_is_resumed_by_a_click(client, manager, mailbox):
    Mailbox.objects.stop_sending("500 mails were queued in ten minutes.")
    assert "500 mails" in client.get(f"/channels/mailboxes/{mailbox.pk}/").content.decode()
    client.post(f"/channels/mailboxes/{mailbox.pk}/resume/")
    assert Mailbox.objects.get().may_send


def test_mail_that_failed_is_listed_with_its_reason_and_can_be_retried(client, manager, mailbox):
    row = came(mailbox, mail(), status="failed", error="nested without end", subject="Odd")
    page = client.get("/channels/inbound/?status=failed").content.decode()
    assert "nested without end" in page
    assert "Odd" not in client.get("/channels/inbound/?status=taken").content.decode()
    answer = client.post(f"/channels/inbound/{row.pk}/retry/")
    assert answer.url == f"/tickets/{Ticket.objects.get().pk}/"
    raw = client.get(f"/channels/inbound/{row.pk}.eml")
    assert raw["Content-Disposition"].startswith("attachment")
    assert b"".join(raw.streaming_content) == mail_of(row)


def mail_of(row):
    row.raw.open()
    return row.raw.read()


def test_the_state_of_a_reply_stands_on_the_ticket_and_any_agent_sends_it_again(client, mailbox):
    client.force_login(UserFactory())
    sent = queued(mailbox, status="unsure", error="Sending was cut off.")
    ticket = sent.message.ticket
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "perhaps sent" in page
    assert "Sending was cut off." in page
    answer = client.post(f"/channels/outbound/{sent.pk}/retry/")
    sent.refresh_from_db()
    assert (answer.url, sent.status, sent.error) == (f"/tickets/{ticket.pk}/", "queued", "")
    client.post(f"/channels/outbound/{sent.pk}/retry/")
    assert OutboundMail.objects.get().attempts == 0


def test_quoted_text_is_folded_on_the_ticket(client, mailbox):
    client.force_login(UserFactory())
    ticket = TicketFactory()
    MessageFactory(ticket=ticket, body="New", quoted_text="> <b>old</b>")
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "<details" in page
    assert "&gt; &lt;b&gt;old&lt;/b&gt;" in page


@pytest.mark.parametrize("address", ["/channels/inbound/", "/channels/outbound/", "/channels/"])
def test_the_queries_of_a_list_do_not_grow_with_its_rows(
    client, manager, mailbox, address, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill():
        message = MessageFactory(ticket=TicketFactory(customer=CustomerFactory()))
        came(mailbox, b"x", message=message, status="taken", mail_id=f"{message.pk}@x")
        queued(mailbox)
        Mailbox.objects.create(name="M", address=f"m{message.pk}@shop.example")

    fill()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for _ in range(5):
        fill()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
