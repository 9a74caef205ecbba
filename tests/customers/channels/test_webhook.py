import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest

from customers.channels.mail.taking import take_waiting
from customers.channels.mail.webhook import signature_of
from customers.models import InboundMail, Mailbox, Ticket
from tests.customers.channels.conftest import PASSWORD
from tests.customers.channels.letters import mail


def call(client, mailbox, body, kind="message/rfc822", *, late_by=0, secret=PASSWORD):
    signature = signature_of(secret, int(time.time()) - late_by, body)
    return client.post(
        f"/channels/mail/{mailbox.pk}/",
        body,
        content_type=kind,
        headers={"X-Rapport-Signature": signature},
    )


def test_a_signed_mail_is_stored_before_it_is_answered_and_then_read(client, mailbox):
    raw = mail()
    answer = call(client, mailbox, raw)
    row = InboundMail.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"id": row.pk, "sha256": hashlib.sha256(raw).hexdigest()}
    assert (row.status, row.raw.read()) == ("stored", raw)
    assert take_waiting() == 1
    assert Ticket.objects.get().subject == "My parcel"


def test_the_same_call_twice_stores_one_mail(client, mailbox):
    raw = mail()
    assert [call(client, mailbox, raw).status_code for _ in range(2)] == [202, 202]
    assert InboundMail.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"secret": "other"}, {"late_by": 301}, {"late_by": -400}])
def test_an_unsigned_old_or_forged_call_stores_nothing(client, mailbox, wrong):
    assert call(client, mailbox, mail(), **wrong).status_code == 403
    assert client.post(f"/channels/mail/{mailbox.pk}/", mail(), "message/rfc822").status_code == 403
    assert InboundMail.objects.count() == 0


@pytest.mark.parametrize(
    "columns", [{"is_active": False}, {"webhook_variable": ""}, {"webhook_variable": "X"}]
)
def test_a_mailbox_without_a_webhook_takes_nothing(client, mailbox, columns):
    Mailbox.objects.update(**columns)
    assert call(client, mailbox, mail(), secret="").status_code in (403, 404)
    assert InboundMail.objects.count() == 0


@pytest.mark.parametrize("field", ["raw", "RawEmail"])
def test_json_brings_the_mail_in_a_field(client, mailbox, field):
    body = json.dumps({field: mail("Grüße").decode()}).encode()
    assert call(client, mailbox, body, "application/json").status_code == 202


def test_mailguns_form_is_taken_with_mailguns_signature(client, mailbox):
    fields = {"timestamp": str(int(time.time())), "token": "abc", "body-mime": mail().decode()}
    right = hmac.new(PASSWORD.encode(), f"{fields['timestamp']}abc".encode(), hashlib.sha256)
    for signature, status in ((right.hexdigest(), 202), ("0" * 64, 403)):
        body = urlencode({**fields, "signature": signature})
        address = f"/channels/mail/{mailbox.pk}/"
        answer = client.post(address, body, "application/x-www-form-urlencoded")
        assert answer.status_code == status
        answer = client.post(address, {**fields, "signature": signature})
        assert answer.status_code == status
    take_waiting()
    assert Ticket.objects.get().customer.email == "ann@example.com"


def test_a_call_that_is_too_large_or_empty_is_refused(client, mailbox, settings):
    settings.MAIL_MOST_MB = 1
    assert call(client, mailbox, b"x" * (4 * 1024**2)).status_code == 413
    assert call(client, mailbox, b"  ").status_code == 400
    assert call(client, mailbox, b"{}", "application/json").status_code == 400
    assert call(client, mailbox, b"[" * 100_000, "application/json").status_code == 400
    assert InboundMail.objects.count() == 0
