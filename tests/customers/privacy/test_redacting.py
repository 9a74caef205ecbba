"""Personal data in a message: found by its form, and gone everywhere once it is taken out."""

import pytest
from django.core.files.base import ContentFile

from customers.models import InboundMail, JournalChange, Message, PrivacySettings
from customers.privacy.detecting import KINDS, USUAL, detect, redacted
from customers.privacy.redacting import redact
from intelligence.models import Prediction, TextVector
from tests.customers.privacy.canaries import places_with, vector_of
from tests.factories import (
    CustomerFactory,
    DraftFactory,
    InboundMailFactory,
    JournalEntryFactory,
    ModelVersionFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CARD, IBAN, IDENTITY = "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32", "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"My card is {CARD}.", ["CARD"]),
        ("My card is 4111 1111 1111 1112.", []),  # the check digit is wrong
        (f"Pay to {IBAN}, please.", ["IBAN"]),
        (f"身份证号码是 {IDENTITY}。", ["ID"]),
        ("我的手机是 13812345678。", ["PHONE"]),
        ("Call +44 20 7946 0958.", ["PHONE"]),
        ("Write to ada.stone@example.com!", ["EMAIL"]),
        ("I live at 12 Baker Street, London.", ["ADDRESS"]),
        ("Your offer of 30 days is fine.", []),
    ],
)
def test_kinds_are_told_by_form_and_check_digits(text, kinds):
    assert [
        one.kind for one in detect(text, ("CARD", "IBAN", "ID", "PHONE", "EMAIL", "ADDRESS"))
    ] == kinds


def test_only_the_kinds_that_are_asked_for_are_found():
    text = f"ada@example.com, card {CARD}"
    found = detect(text, ("CARD",))
    assert redacted(text, found) == "ada@example.com, card [CARD]"
    assert set(USUAL) < set(KINDS)


@pytest.fixture
def message(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    customer = CustomerFactory(name="Ada Stone")
    text = f"Take it from my card {CARD}, says Ada Stone."
    ticket = TicketFactory(customer=customer, body=text)
    return ticket.messages.get()


def test_what_is_taken_out_is_gone_from_every_copy(message, django_capture_on_commit_callbacks):
    mail = InboundMailFactory(message=message)
    mail.raw.save("one.eml", ContentFile(f"card {CARD}".encode()))
    DraftFactory(ticket=message.ticket, text=f"We charged {CARD}.")
    TextVector.objects.create(message=message, embedding=vector_of(1), embedding_version="v")
    Prediction.objects.create(
        kind="message", object_id=message.pk, task="intent", input_sha256="0" * 64,
        model_version=ModelVersionFactory(), output={"evidence": CARD},
    )  # fmt: skip
    JournalChange.objects.create(
        entry=JournalEntryFactory(), model="customers.message", pks=[message.pk],
        before=[{"body": f"old {CARD}"}], after=[{"body": message.body}],
    )  # fmt: skip
    before = places_with(CARD)
    assert len(before) >= 5
    with django_capture_on_commit_callbacks(execute=True):
        count = redact(message, ("CARD", "NAME"), by=UserFactory(username="sam"))
    message.refresh_from_db()
    assert (count, message.body) == (2, "Take it from my card [CARD], says [NAME].")
    assert message.is_pending
    assert places_with(CARD) == []
    assert not TextVector.objects.exists()
    assert InboundMail.objects.get().raw.name == ""
    note = Message.objects.filter(author_kind="system").latest("pk")
    assert note.is_internal
    assert "sam took personal data out" in note.body


def test_staff_see_what_would_go_before_it_goes(message, client):
    client.force_login(UserFactory())
    address = f"/messages/{message.pk}/redact/"
    page = client.get(address, {"kind": "CARD"}).content.decode()
    assert "Take it from my card [CARD], says Ada Stone." in page
    message.refresh_from_db()
    assert CARD in message.body
    assert client.post(address, {"kind": "CARD"}).status_code == 302
    message.refresh_from_db()
    assert message.body == "Take it from my card [CARD], says Ada Stone."
    assert (
        f"/messages/{message.pk}/redact/"
        in client.get(f"/tickets/{message.ticket_id}/").content.decode()
    )


def test_partners_redact_nothing(message, client):
    client.force_login(UserFactory(role="partner"))
    assert client.post(f"/messages/{message.pk}/redact/", {"kind": "CARD"}).status_code == 403
    message.refresh_from_db()
    assert CARD in message.body


def test_the_shop_chooses_what_is_looked_for(message, client):
    PrivacySettings(detected_kinds=["EMAIL"]).save()
    client.force_login(UserFactory())
    page = client.get(f"/messages/{message.pk}/redact/").content.decode()
    assert "Nothing of this was found." in page
