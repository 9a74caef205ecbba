"""Generating: off by default, masked before anything leaves, entered in the ledger, bounded."""

import json
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, transaction

from customers.models import EgressRecord, GenerationLog, Generator
from intelligence.generating import GeneratorError, Reason, generate, try_out
from tests.factories import UserFactory
from tests.intelligence.generating.conftest import remote, switched_on
from tests.intelligence.generating.peer import (
    Peer,
    answer,
    dripping,
    dripping_headers,
    echo,
    endless,
    hanging_up,
    silent,
)
from tests.intelligence.generating.tiny import tiny_gpt2, tiny_t5

MESSAGE = (
    "Dear team, my name is Renée Müller, order number GB-10443. Call +44 20 7946 0958, write to "
    "renee@example.com. 12 High Street, Leeds LS1 4AP.\nKind regards,\nRenée"
)
SECRETS = ("Renée", "Müller", "10443", "7946", "renee@", "High Street", "LS1")


def asked(user, **named):
    options = {"known": ["Renée Müller"], "fields": ["message"], **named}
    texts = options.pop("texts", [MESSAGE])
    return generate("reply", "Answer Renée Müller kindly.", texts, user=user, **options)


def refusal(user, **named):
    with pytest.raises(GeneratorError) as refused:
        asked(user, **named)
    return refused.value


def test_a_feature_that_is_off_gives_none_and_leaves_no_trace(staff):
    with Peer() as peer:
        remote(peer.url)
        assert asked(staff) is None
    assert peer.received == []
    assert not EgressRecord.objects.exists()
    assert not GenerationLog.objects.exists()


def test_the_ledger_shows_byte_for_byte_what_the_server_received(staff):
    with Peer() as peer:
        switched_on(remote(peer.url))
        assert asked(staff).text == "Your parcel comes today."
    entry = EgressRecord.objects.get()
    ((path, headers, body),) = peer.received
    assert entry.body.encode() == body
    assert entry.bytes_out == len(body) == int(headers["Content-Length"])
    assert entry.address == peer.url + "/chat/completions"
    assert path == "/v1/chat/completions"
    assert (entry.method, entry.host, entry.outcome) == ("POST", "127.0.0.1", "done")
    assert (entry.status, entry.user, entry.feature) == (200, staff, "reply")
    assert (entry.tokens_in, entry.tokens_out) == (40, 7)
    assert entry.bytes_in == len(answer())
    assert entry.fields == ["instructions", "message"]
    assert entry.masked == {"ADDRESS": 1, "EMAIL": 1, "NAME": 2, "ORDER": 1, "PHONE": 1}


def test_nothing_personal_leaves_and_all_of_it_comes_back(staff):
    with Peer(echo(lambda data: data.split("\n", 1)[1].rsplit("\n", 1)[0])) as peer:
        switched_on(remote(peer.url))
        text = asked(staff).text
    assert text == MESSAGE
    sent = json.loads(peer.bodies[0])
    whole = json.dumps(sent, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in whole] == []
    assert "Answer <NAME_1> kindly." in sent["messages"][0]["content"]


def test_placeholders_come_back_however_the_model_writes_them(staff):
    said = "Dear [name_1], < EMAIL_1 > &lt;ORDER_1&gt; PHONE_1 and <PHONE_7>."
    with Peer((200, {}, answer(said))) as peer:
        switched_on(remote(peer.url))
        assert asked(staff).text == (
            "Dear Renée Müller, renee@example.com GB-10443 +44 20 7946 0958 and [unknown PHONE_7]."
        )


def test_links_and_markup_go_unless_the_shop_wrote_them(staff):
    said = (
        "<think>hm</think>**See** [our page](https://shop.example/returns), "
        "[win](https://evil.example/x?d=1) or evil.com/login <img src=x onerror=y> "
        "<script>alert(1)</script>![p](http://evil.example/p.png)"
    )
    with Peer((200, {}, answer(said))) as peer:
        switched_on(remote(peer.url))
        made = asked(
            staff,
            texts=["Send me to https://evil.example/x?d=1"],
            passages=["Returns: https://shop.example/returns."],
        )
    assert made.text == (
        "See our page (https://shop.example/returns), win ([link removed]) or [link removed]  p"
    )
    assert made.links_removed == 2


def test_the_answer_is_cut_to_its_length(staff):
    with Peer((200, {}, answer("All is well. " * 2000, finish="length"))) as peer:
        switched_on(remote(peer.url))
        made = asked(staff)
    assert made.is_cut
    assert len(made.text) <= 8000
    assert made.text.endswith("All is well.")


def test_ten_thousand_words_are_bounded_and_in_the_ledger_whole(staff):
    with Peer() as peer:
        switched_on(remote(peer.url))
        asked(staff, texts=["word " * 10_000, "never seen"])
    assert len(peer.bodies[0]) < 26_000
    assert b"never seen" not in peer.bodies[0]
    assert EgressRecord.objects.get().body.encode() == peer.bodies[0]


def test_cost_and_tokens_are_counted(staff):
    prices = {"price_in": Decimal("0.5"), "price_out": Decimal("1.5"), "currency": "EUR"}
    with Peer() as peer:
        switched_on(remote(peer.url, **prices))
        made = asked(staff)
    assert (made.cost, made.currency) == (Decimal("0.030500"), "EUR")
    entry, log = EgressRecord.objects.get(), GenerationLog.objects.get()
    assert entry.cost == log.cost == made.cost
    assert (log.outcome, log.tokens_in, log.tokens_out, log.is_local) == ("done", 40, 7, False)
    assert log.pk == made.log_id


def test_a_server_that_counts_no_tokens_is_estimated(staff):
    told = json.loads(answer())
    del told["usage"]
    with Peer((200, {}, json.dumps(told).encode())) as peer:
        switched_on(remote(peer.url))
        assert asked(staff).tokens_in > 50


BAD = {
    "html": ((200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"), "nonsense", 1),
    "no choices": ((200, {}, b'{"choices": []}'), "nonsense", 1),
    "a list": ((200, {}, b"[1]"), "nonsense", 1),
    "deep": ((200, {}, b"[" * 100_000), "nonsense", 1),
    "no text": ((200, {}, answer(None)), "nonsense", 1),
    "empty": ((200, {}, answer("  ")), "nonsense", 1),
    "markup alone": ((200, {}, answer("<b></b>")), "nonsense", 1),
    "not utf-8": ((200, {}, b"\xff\xfe{"), "nonsense", 1),
    "10 MB": (endless, "nonsense", 1),
    "hung up": (hanging_up, "nonsense", 1),
    "refused key": ((401, {}, b"{}"), "refused", 1),
    "bad request": ((400, {}, b"{}"), "refused", 1),
    "redirect": ((302, {"Location": "http://127.0.0.1:1/"}, b""), "refused", 1),
    "own error": ((500, {}, b"oops"), "down", 1),
    "busy": ((429, {"Retry-After": "0"}, b"{}"), "refused", 2),
    "unavailable": ((503, {"Retry-After": "0"}, b"{}"), "refused", 2),
    "wait too long": ((503, {"Retry-After": "9999"}, b"{}"), "refused", 1),
    "slow": (silent, "slow", 1),
    "dripping": (dripping, "slow", 1),
    "dripping headers": (dripping_headers, "slow", 1),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_server_is_one_clear_error_and_in_the_ledger(staff, case):
    reply, reason, requests = BAD[case]
    with Peer(reply) as peer:
        switched_on(remote(peer.url, timeout_s=1 if reason == "slow" else 10))
        error = refusal(staff)
    assert error.reason == reason
    assert str(error).endswith(".")
    assert len(peer.received) == requests
    entries = EgressRecord.objects.all()
    assert len(entries) == requests
    # the answer came, and only its markup was left: the ledger knows of the answer alone
    assert {entry.outcome for entry in entries} == {reason if case != "markup alone" else "done"}
    if reason == "slow":
        assert {entry.latency_ms < 2500 for entry in entries} == {True}
    log = GenerationLog.objects.get()
    assert (log.outcome, log.detail) == (reason, str(error))


def test_a_busy_server_is_asked_once_more(staff):
    with Peer((503, {"Retry-After": "0"}, b""), (200, {}, answer("At last."))) as peer:
        switched_on(remote(peer.url))
        assert asked(staff).text == "At last."
    assert [entry.outcome for entry in EgressRecord.objects.order_by("pk")] == ["refused", "done"]
    assert peer.bodies[0] == peer.bodies[1]


def test_a_server_that_is_down_is_tried_twice(staff):
    with Peer() as peer:
        pass
    switched_on(remote(peer.url))
    assert refusal(staff).reason is Reason.DOWN
    assert [entry.outcome for entry in EgressRecord.objects.all()] == ["down", "down"]


def test_a_key_that_the_environment_lacks_is_told_before_anything_leaves(staff, settings):
    settings.GENERATOR_KEYS = {"OTHER_API_KEY": "x"}
    with Peer() as peer:
        switched_on(remote(peer.url, key_variable="SHOP_API_KEY"))
        error = refusal(staff)
    assert (error.reason, "SHOP_API_KEY is not set" in str(error)) == (Reason.SETUP, True)
    assert peer.received == []
    assert not EgressRecord.objects.exists()


def test_the_key_goes_into_a_header_and_nowhere_else(staff, settings):
    settings.GENERATOR_KEYS = {"SHOP_API_KEY": "sk-canary-0123456789"}
    with Peer() as peer:
        switched_on(remote(peer.url, key_variable="SHOP_API_KEY"))
        asked(staff)
    assert peer.received[0][1]["Authorization"] == "Bearer sk-canary-0123456789"
    for model in (EgressRecord, GenerationLog, Generator):
        assert "canary" not in str(list(model.objects.values()))


def test_this_machine_is_not_reached_without_the_tick(staff):
    with Peer() as peer:
        switched_on(remote(peer.url, on_own_network=False))
        error = refusal(staff)
        port = peer.server.server_port
        Generator.objects.update(base_url=f"http://[::ffff:127.0.0.1]:{port}/v1")
        refusal(staff)
    assert error.reason is Reason.SETUP
    assert "no public address" in str(error)
    assert peer.received == []
    assert {entry.outcome for entry in EgressRecord.objects.all()} == {"refused"}


def test_a_quota_that_is_used_up_stops_before_anything_leaves(staff):
    with Peer() as peer:
        switched_on(remote(peer.url), monthly_tokens=500)
        asked(staff)
        GenerationLog.objects.update(tokens_in=490)
        assert refusal(staff).reason is Reason.QUOTA
        assert asked(UserFactory()).text
    assert len(peer.received) == 2
    assert GenerationLog.objects.filter(outcome="quota").count() == 1


def test_a_failed_request_gives_its_reservation_back(staff):
    with Peer((400, {}, b"{}")) as peer:
        switched_on(remote(peer.url), monthly_tokens=500)
        for _ in range(5):
            assert refusal(staff).reason is Reason.REFUSED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_requests_at_once_cannot_both_have_the_last_tokens():
    user, outcomes, both = UserFactory(), [], threading.Barrier(4)

    def one():
        try:
            both.wait()
            asked(user)
            outcomes.append("done")
        except GeneratorError as error:
            outcomes.append(error.reason.value)
        finally:
            connection.close()

    def slowly(handler, _body):
        time.sleep(1)
        handler.reply(200, {}, answer())

    with Peer(slowly) as peer:
        switched_on(remote(peer.url), monthly_tokens=200)
        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == ["done", "quota", "quota", "quota"]
    assert len(peer.received) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_entry_stands_before_the_server_hears_anything():
    seen = []

    def look(handler, _body):
        with connection.cursor() as cursor:
            cursor.execute("SELECT outcome, body FROM customers_egressrecord")
            seen.extend(cursor.fetchall())
        connection.close()
        handler.reply(200, {}, answer())

    with Peer(look) as peer:
        switched_on(remote(peer.url))
        asked(None)
    assert seen == [("pending", peer.bodies[0].decode())]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_sent_inside_a_transaction_that_could_take_the_entry_back():
    with Peer() as peer:
        switched_on(remote(peer.url))
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            asked(None)
    assert peer.received == []


def test_the_ledger_cannot_be_changed_or_emptied(staff):
    with Peer() as peer:
        switched_on(remote(peer.url))
        asked(staff)
    rows = EgressRecord.objects.all()
    for change in ({"body": "x"}, {"host": "x"}, {"outcome": "down"}, {"cost": 9}):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        rows.delete()
    staff.delete()
    assert (rows.get().user, rows.get().outcome) == (None, "done")


@pytest.mark.parametrize(("kind", "make"), [("seq2seq", tiny_t5), ("causal", tiny_gpt2)])
def test_a_local_model_writes_with_nothing_in_the_ledger(staff, tmp_path, kind, make):
    model = str(make(tmp_path))
    switched_on(
        Generator.objects.create(name="Local", kind=kind, model=model, max_tokens=9, timeout_s=60)
    )
    made = asked(staff)
    assert made.stays_here
    assert made.text == asked(staff).text
    assert not EgressRecord.objects.exists()
    log = GenerationLog.objects.latest("pk")
    assert (log.is_local, log.outcome, log.tokens_out) == (True, "done", made.tokens_out)


def test_a_local_model_that_is_missing_is_one_clear_error(staff):
    switched_on(Generator.objects.create(name="Local", kind="causal", model="/nowhere/at/all"))
    error = refusal(staff)
    assert error.reason is Reason.SETUP
    assert "cannot be loaded" in str(error)


def test_a_try_out_holds_nothing_of_the_shop_and_counts_to_no_quota(staff):
    with Peer((200, {}, answer("I am ready."))) as peer:
        generator = remote(peer.url)
        assert try_out(generator, staff).text == "I am ready."
    assert EgressRecord.objects.get().feature == "trial"
    assert b"This is a try-out." in peer.bodies[0]


def test_the_door_refuses_what_the_ledger_could_not_hold(staff, monkeypatch):
    monkeypatch.setattr("intelligence.generating.outbound.MOST_BODY_BYTES", 10)
    with Peer() as peer:
        switched_on(remote(peer.url))
        assert refusal(staff).reason is Reason.SETUP
    assert peer.received == []
