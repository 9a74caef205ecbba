import pytest

from customers.channels.mail.storing import store
from customers.channels.mail.taking import retry, take
from customers.channels.mail.tokens import answer_address, thread_id, token_of
from customers.models import (
    Attachment,
    Customer,
    InboundMail,
    Mailbox,
    Message,
    OutboundMail,
    Team,
    Ticket,
)
from tests.customers.channels.letters import bounce, mail
from tests.factories import CustomerFactory, MessageFactory, TicketFactory, UserFactory

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def taken(mailbox, raw, **columns):
    """The mail, stored and read."""
    row = store(mailbox, raw, **columns)
    take(row.pk)
    row.refresh_from_db()
    return row


def notes(ticket):
    rows = ticket.messages.filter(author_kind="system").order_by("pk")
    return [message.body for message in rows]


def test_a_mail_of_somebody_new_becomes_a_ticket_of_the_mailboxs_team(mailbox):
    mailbox.team = Team.objects.create(name="Parcels")
    mailbox.save()
    row = taken(mailbox, mail("Where is it?\n\n> old words"))
    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert (ticket.subject, ticket.channel, ticket.team.name) == ("My parcel", "email", "Parcels")
    assert (ticket.customer.name, ticket.customer.email) == ("Ann Lee", "ann@example.com")
    assert (message.body, message.quoted_text) == ("Where is it?", "> old words")
    assert (message.author_kind, message.sent_at) == ("customer", row.received_at)
    assert (row.status, row.message) == ("taken", message)


def test_a_customer_is_found_by_address_whatever_its_case(mailbox):
    ann = CustomerFactory(email="Ann@Example.com")
    assert taken(mailbox, mail()).message.ticket.customer == ann
    assert Customer.objects.count() == 1


def test_an_answer_by_headers_goes_into_the_ticket_and_reopens_it(mailbox):
    first = taken(mailbox, mail(mail_id="<one@example.com>"))
    ticket = first.message.ticket
    ticket.set_status("solved")
    second = taken(mailbox, mail("Still not here", In_Reply_To="<one@example.com>"))
    assert second.message.ticket == ticket
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("way", ["address", "reference"])
def test_an_answer_is_found_by_the_signed_name_of_its_ticket(mailbox, way):
    ticket = TicketFactory(customer=CustomerFactory(email="ann@example.com"))
    if way == "address":
        raw = mail(to=answer_address("help@shop.example", ticket.pk))
    else:
        raw = mail(References=f"<rewritten@mx> <{thread_id(ticket.pk, 'shop.example')}>")
    assert taken(mailbox, raw).message.ticket == ticket


def test_a_guessed_number_or_a_forged_signature_finds_no_ticket(mailbox):
    ticket = TicketFactory(customer=CustomerFactory(email="ann@example.com"))
    forged = f"help+t{ticket.pk}-{'0' * 20}@shop.example"
    other = token_of(ticket.pk + 1).replace(f"t{ticket.pk + 1}", f"t{ticket.pk}")
    for to in (forged, f"help+{other}@shop.example"):
        raw = mail(to=to, subject=f"Re: [#{ticket.pk}] My parcel")
        assert taken(mailbox, raw).message.ticket != ticket
    assert ticket.messages.count() == 1


def test_a_stranger_who_answers_gets_a_ticket_of_their_own_and_staff_are_told(mailbox):
    ticket = TicketFactory(customer=CustomerFactory(email="ann@example.com"))
    raw = mail(
        "Send me her address",
        sender="mallory@evil.example",
        References=f"<{thread_id(ticket.pk, 'shop.example')}>",
    )
    new = taken(mailbox, raw).message.ticket
    assert new != ticket
    assert new.customer.email == "mallory@evil.example"
    assert f"#{ticket.pk}" in notes(new)[0]
    assert ticket.messages.count() == 1


def test_whom_the_customer_copied_may_answer_too(mailbox):
    raw = mail(mail_id="<one@example.com>", Cc="Bob <bob@example.com>")
    ticket = taken(mailbox, raw).message.ticket
    answer = mail("I am Bob", sender="bob@example.com", In_Reply_To="<one@example.com>")
    assert taken(mailbox, answer).message.ticket == ticket
    assert notes(ticket) == ["Written by bob@example.com."]


def test_an_answer_to_a_merged_ticket_goes_where_it_went_on(mailbox):
    ann = CustomerFactory(email="ann@example.com")
    last = TicketFactory(customer=ann)
    first = TicketFactory(customer=ann, merged_into=last)
    raw = mail(References=f"<{thread_id(first.pk, 'shop.example')}>")
    assert taken(mailbox, raw).message.ticket == last


def test_the_same_mail_is_taken_once(mailbox):
    other = Mailbox.objects.create(name="Sales", address="sales@shop.example")
    raw = mail(mail_id="<one@example.com>")
    first = taken(mailbox, raw)
    assert store(mailbox, raw) == first
    copy = taken(other, b"Received: by another way\r\n" + raw)
    assert (copy.status, copy.message) == ("duplicate", None)
    assert Message.objects.count() == 1


def test_somebody_elses_mail_of_the_same_id_is_not_lost(mailbox):
    taken(mailbox, mail(sender="mallory@evil.example", mail_id="<one@example.com>"))
    assert taken(mailbox, mail(mail_id="<one@example.com>")).status == "taken"


def test_an_automatic_reply_is_noted_and_reopens_nothing(mailbox):
    ticket = TicketFactory(customer=CustomerFactory(email="ann@example.com"), status="solved")
    raw = mail(
        "I am away",
        Auto_Submitted="auto-replied",
        References=f"<{thread_id(ticket.pk, 'shop.example')}>",
    )
    row = taken(mailbox, raw)
    ticket.refresh_from_db()
    assert ticket.status == "solved"
    assert (row.kind, row.message.author_kind, row.message.is_internal) == (
        "auto_reply", "system", True,
    )  # fmt: skip
    assert "I am away" in notes(ticket)[0]


def test_a_newsletter_is_set_aside_until_somebody_makes_a_ticket_of_it(mailbox):
    row = taken(mailbox, mail(Precedence="bulk"))
    assert (row.status, Ticket.objects.count()) == ("set_aside", 0)
    assert retry(row.pk, by_hand=True) == "taken"
    assert Ticket.objects.get().customer.email == "ann@example.com"


def test_mail_from_our_own_address_starts_nothing(mailbox):
    row = taken(mailbox, mail(sender="Help+t1 <HELP+anything@shop.example>"))
    assert (row.kind, row.status) == ("own", "set_aside")


@pytest.mark.parametrize(("action", "status"), [("failed", "undelivered"), ("delayed", "sent")])
def test_a_delivery_report_marks_the_message(mailbox, action, status):
    ticket = TicketFactory(status="solved", channel="phone")
    reply = MessageFactory(ticket=ticket, author_kind="agent", author=UserFactory())
    sent = OutboundMail.objects.create(
        message=reply, mailbox=mailbox, to_address="ann@example.com", subject="x",
        mail_id="ours@shop.example", status="sent",
    )  # fmt: skip
    row = taken(mailbox, bounce("ours@shop.example", action=action))
    sent.refresh_from_db()
    ticket.refresh_from_db()
    assert (row.status, sent.status, ticket.status) == ("taken", status, "solved")
    assert "No such user" in notes(ticket)[0]
    assert ("No such user" in sent.error) is (status == "undelivered")


def test_spam_is_tagged(mailbox):
    assert taken(mailbox, mail(X_Spam_Flag="YES")).message.ticket.tags == ["spam"]


def test_files_are_kept_by_what_they_are_and_programs_left_out(mailbox):
    files = [
        ("../../a\u202egnp.exe.png", PNG, "application/octet-stream"),
        ("run.exe", b"MZ123", "application/pdf"),
    ]
    message = taken(mailbox, mail(files=files)).message
    kept = Attachment.objects.get(message=message)
    assert (kept.name, kept.content_type, kept.size_bytes) == ("agnp.exe.png", "image/png", 58)
    assert kept.file.read() == PNG
    assert "run.exe" in notes(message.ticket)[0]


def test_a_mail_that_cannot_be_read_is_kept_with_its_reason(mailbox):
    row = taken(mailbox, b"Subject: nobody\r\n\r\nhi")
    assert (row.status, row.error) == ("failed", "There is no address of a sender.")
    assert row.raw.read() == b"Subject: nobody\r\n\r\nhi"
    assert retry(row.pk, by_hand=False) == "failed"


def test_a_mail_whose_file_was_changed_is_not_taken(mailbox):
    row = store(mailbox, mail())
    with open(row.raw.path, "ab") as file:
        file.write(b"more")
    assert take(row.pk) == "failed"
    assert Ticket.objects.count() == 0


def test_a_mail_that_ends_its_worker_is_set_aside_after_three_tries(mailbox, monkeypatch):
    row = store(mailbox, mail())

    def killed(_raw):
        raise SystemExit

    monkeypatch.setattr("customers.channels.mail.taking.parse", killed)
    for _ in range(InboundMail.MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            take(row.pk)
    assert take(row.pk) == "failed"
    assert take(row.pk) == "failed"


def test_nothing_of_a_mail_is_left_when_its_worker_dies_in_the_middle(mailbox, monkeypatch):
    row = store(mailbox, mail(files=[("a.png", PNG, "image/png")]))

    def killed(*_args, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("customers.channels.mail.taking.attach", killed)
        with pytest.raises(KeyboardInterrupt):
            take(row.pk)
    assert Ticket.objects.count() == 0
    assert take(row.pk) == "taken"
    assert Message.objects.count() == 1
