import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.desk.attachments import attach
from customers.models import Customer, Message, Ticket
from customers.portal.identity import SESSION_KEY
from tests.factories import CustomerFactory, MessageFactory, TicketFactory, UserFactory

TYPED = {
    "name": "Ann Lee",
    "email": "Ann@Example.com",
    "subject": "My parcel",
    "text": "Where is it?\n<script>x()</script>",
}


@pytest.fixture(autouse=True)
def files_elsewhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ann(client, db):
    import time

    customer = CustomerFactory(email="ann@example.com", name="Ann Lee")
    session = client.session
    session[SESSION_KEY] = {"pk": customer.pk, "at": time.time()}
    session.save()
    return customer


@pytest.mark.django_db
def test_the_web_form_becomes_a_ticket_with_its_files(client):
    files = [
        SimpleUploadedFile("图.png", b"\x89PNG\r\n\x1a\n123"),
        SimpleUploadedFile("a.txt", b"hi"),
    ]
    answer = client.post("/help/contact/", {**TYPED, "attachments": files})
    ticket = Ticket.objects.get()
    said = ticket.messages.get(author_kind="customer")
    assert answer.url == "/help/contact/?sent=1"
    assert (ticket.channel, ticket.subject, said.body) == ("web", "My parcel", TYPED["text"])
    assert [file.name for file in said.attachments.all()] == ["图.png", "a.txt"]
    assert (ticket.customer.email, ticket.customer.name) == ("ann@example.com", "Ann Lee")
    note = ticket.messages.get(author_kind="system")
    assert note.is_internal
    assert "Nobody verified this" in note.body
    assert "Thank you" in client.get(answer.url).content.decode()


@pytest.mark.django_db
def test_a_customer_who_is_known_types_no_address(client, ann):
    page = client.get("/help/contact/")
    assert list(page.context["form"].fields) == ["subject", "text", "attachments", "website"]
    client.post("/help/contact/", {"subject": "Hello", "text": "It is me"})
    ticket = Ticket.objects.get()
    assert ticket.customer == ann
    assert ticket.messages.count() == 1


@pytest.mark.django_db
def test_a_robot_that_fills_in_every_field_is_told_nothing(client):
    answer = client.post("/help/contact/", {**TYPED, "website": "http://spam.example"})
    assert answer.url == "/help/contact/?sent=1"
    assert (Ticket.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"text": " "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"attachments": [SimpleUploadedFile("run.exe", b"MZ1")]}, "attachments"),
        ({"attachments": [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]}, "attachments"),
    ],
)
def test_mistakes_are_told_and_what_was_typed_stays(client, typed, field):
    page = client.post("/help/contact/", {**TYPED, **typed})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "My parcel" in page.content.decode()
    assert Ticket.objects.count() == 0


@pytest.mark.django_db
def test_one_address_writes_only_so_often(client, settings):
    settings.CONTACT_LIMIT_HOUR = 2
    answers = [client.post("/help/contact/", TYPED) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Where is it?" in answers[2].content.decode()
    others = client.post("/help/contact/", TYPED, REMOTE_ADDR="10.1.1.1")
    assert others.status_code == 429
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_whoever_is_not_known_is_asked_who_they_are(client):
    ticket = TicketFactory()
    for address in ("/help/tickets/", f"/help/tickets/{ticket.pk}/"):
        answer = client.get(address)
        assert answer.url.startswith("/help/identify/?next=%2Fhelp%2Ftickets%2F")


@pytest.mark.django_db
def test_customers_see_their_own_tickets_alone(client, ann):
    own = TicketFactory(customer=ann, subject="Mine")
    TicketFactory(customer=ann, subject="Merged away", merged_into=own)
    other = TicketFactory(subject="Not mine")
    page = client.get("/help/tickets/").content.decode()
    assert "Mine" in page
    assert "Not mine" not in page
    assert "Merged away" not in page
    assert client.get(f"/help/tickets/{other.pk}/").status_code == 404
    assert client.post(f"/help/tickets/{other.pk}/", {"text": "hi"}).status_code == 404
    assert client.post(f"/help/tickets/{other.pk}/reopen/").status_code == 404
    assert other.messages.count() == 1


@pytest.mark.django_db
def test_notes_of_staff_and_their_files_never_leave(client, ann):
    ticket = TicketFactory(customer=ann, body="My words")
    agent = UserFactory(first_name="Zoe")
    MessageFactory(ticket=ticket, author_kind="agent", author=agent, body="Public reply")
    note = MessageFactory(
        ticket=ticket, author_kind="agent", author=agent, body="Secret note", is_internal=True
    )
    MessageFactory(ticket=ticket, author_kind="system", body="System words")
    MessageFactory(ticket=ticket, author_kind="customer", body="Told by phone", is_internal=True)
    file = attach(note, SimpleUploadedFile("secret.txt", b"x"))
    page = client.get(f"/help/tickets/{ticket.pk}/").content.decode()
    assert "My words" in page
    assert "Public reply" in page
    for hidden in ("Secret note", "System words", "Told by phone", "secret.txt", "Zoe"):
        assert hidden not in page
    assert client.get(f"/help/tickets/{ticket.pk}/files/{file.pk}/").status_code == 404


@pytest.mark.django_db
def test_an_answer_opens_a_solved_ticket_again_and_its_file_comes_back(client, ann):
    ticket = TicketFactory(customer=ann, status="solved")
    upload = SimpleUploadedFile("a.txt", b"hello")
    client.post(f"/help/tickets/{ticket.pk}/", {"text": "Not yet", "attachments": [upload]})
    ticket.refresh_from_db()
    message = ticket.messages.latest("pk")
    assert (ticket.status, message.author_kind, message.body) == ("open", "customer", "Not yet")
    file = message.attachments.get()
    answer = client.get(f"/help/tickets/{ticket.pk}/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"hello"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.django_db
def test_a_solved_ticket_is_opened_again_by_a_click(client, ann):
    ticket = TicketFactory(customer=ann, status="solved")
    assert "open it again" in client.get(f"/help/tickets/{ticket.pk}/").content.decode()
    client.post(f"/help/tickets/{ticket.pk}/reopen/")
    client.post(f"/help/tickets/{ticket.pk}/reopen/")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert Message.objects.filter(ticket=ticket, author_kind="system").count() == 1
