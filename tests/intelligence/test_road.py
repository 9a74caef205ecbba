"""The road of a row: pending, claimed, read, stored, and what may go wrong on it."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, connections
from django.utils import timezone

from customers.models import Customer, Message, Product, Review, Ticket
from customers.signals import analysis_requested
from intelligence.analysis.claim import claimed
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending, analyse_rows
from intelligence.analysis.store import store
from intelligence.analysis.sweep import overdue_kinds
from intelligence.models import ModelVersion, Prediction

pytestmark = pytest.mark.django_db

MESSAGES, REVIEWS = KINDS["message"], KINDS["review"]


@pytest.fixture
def ticket():
    customer = Customer.objects.create(name="Ada Stone")
    return Ticket.objects.create(customer=customer, subject="My parcel")


def write(ticket, body, **columns):
    return Message.objects.create(ticket=ticket, body=body, **columns)


def test_a_new_message_becomes_analysed_with_its_provenance(ledger, ticket):
    message = write(ticket, "all good")
    analyse_pending(MESSAGES)
    message.refresh_from_db()
    assert message.analysed_at is not None
    assert (message.sentiment, message.sentiment_score) == ("positive", 0.5)
    assert (
        message.sentiment_detail["model_version"]
        == ModelVersion.objects.get(task="sentiment").sha256
    )
    assert message.attempts == 1


def test_the_opening_message_gives_the_ticket_its_suggested_intent(ledger, ticket):
    write(ticket, "where is it")
    analyse_pending(MESSAGES)
    ticket.refresh_from_db()
    assert ticket.suggested_intent_id == "track_order"
    assert ticket.intent_probability == 0.8
    assert ticket.intent is None
    assert ledger.read_text() == "My parcel where is it\n"


def test_later_messages_move_the_sentiment_and_leave_the_intent_alone(ledger, ticket):
    write(ticket, "bad", sent_at=timezone.now() - timedelta(hours=1))
    write(ticket, "good now")
    analyse_pending(MESSAGES)
    ticket.refresh_from_db()
    assert ticket.sentiment == "positive"
    assert Prediction.objects.filter(task="intent").count() == 1
    assert Customer.objects.get().sentiment_score == 0.0


def test_what_agents_write_is_never_read(ledger, ticket):
    write(ticket, "RAISE", author_kind="agent")
    assert analyse_pending(MESSAGES).n == 0
    assert ledger.read_text() == ""


def test_a_late_result_does_not_land_on_newer_text(ledger, ticket):
    message = write(ticket, "good")
    with claimed(MESSAGES, 10) as rows:
        results = MESSAGES.read(rows)
        Message.objects.get(pk=message.pk)
        edited = Message.objects.get(pk=message.pk)
        edited.body = "bad"
        edited.save()
        assert store(MESSAGES, rows, results) == 0
    message.refresh_from_db()
    assert message.analysed_at is None
    assert message.sentiment == ""
    assert not Prediction.objects.exists()


def test_the_same_result_five_times_is_stored_once(ledger, ticket):
    write(ticket, "good")
    with claimed(MESSAGES, 10) as rows:
        results = MESSAGES.read(rows)
        assert [store(MESSAGES, rows, results) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert Prediction.objects.filter(task="sentiment").count() == 1


def test_one_bad_row_keeps_its_error_and_does_not_stop_the_others(ledger, ticket):
    rows = [write(ticket, body) for body in ("good", "bad", "RAISE", "good")]
    tally = analyse_pending(MESSAGES)
    assert (tally.n, tally.failed) == (3, 1)
    bad = Message.objects.failed().get()
    assert bad.pk == rows[2].pk
    assert bad.analysis_error == "ValueError: this text cannot be read"
    assert bad.attempts == 3


def test_a_row_set_aside_is_read_again_when_asked(ledger, ticket):
    write(ticket, "RAISE")
    analyse_pending(MESSAGES)
    Message.objects.failed().get()
    Message.objects.failed().request_analysis()
    assert Message.objects.pending().count() == 1
    assert Message.objects.get().analysis_error == ""


def test_an_edit_makes_the_row_pending_again_and_other_saves_do_not(ledger, ticket):
    message = write(ticket, "good")
    analyse_pending(MESSAGES)
    message = Message.objects.get(pk=message.pk)
    message.save()
    assert not message.is_pending
    message.body = "changed"
    message.save(update_fields=["body"])
    assert Message.objects.pending().count() == 1


def test_a_queryset_update_of_text_makes_rows_pending(ledger, ticket):
    write(ticket, "good")
    analyse_pending(MESSAGES)
    Message.objects.update(body="other")
    assert Message.objects.pending().count() == 1


def test_a_renamed_ticket_has_its_opening_message_read_again(ledger, ticket):
    write(ticket, "first", sent_at=timezone.now() - timedelta(hours=1))
    write(ticket, "second")
    analyse_pending(MESSAGES)
    ticket = Ticket.objects.get()
    ticket.subject = "Another matter"
    ticket.save()
    assert Message.objects.pending().get().body == "first"


def test_re_analysis_never_touches_what_a_person_decided(ledger, ticket, django_user_model):
    from customers.models import Intent

    agent = django_user_model.objects.create_user("agent")
    write(ticket, "where")
    analyse_pending(MESSAGES)
    ticket.refresh_from_db()
    ticket.set_intent(Intent.objects.get(pk="get_refund"), by=agent)
    Message.objects.all().request_analysis()
    analyse_pending(MESSAGES)
    ticket.refresh_from_db()
    assert (ticket.intent_id, ticket.suggested_intent_id) == ("get_refund", "track_order")


def test_reviews_bring_the_products_standing_up_to_date(ledger):
    product = Product.objects.create(name="Kettle")
    Review.objects.create(product=product, rating=5, body="good")
    Review.objects.create(product=product, rating=2, body="bad")
    analyse_pending(REVIEWS)
    product.refresh_from_db()
    assert (product.review_count, product.rating_average, product.sentiment_score) == (2, 3.5, 0.0)


def test_the_doorbell_rings_after_the_commit_and_not_before(
    ledger, ticket, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, pks, **_):
        heard.append((sender, pks))

    analysis_requested.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            message = write(ticket, "good")
            assert heard == []
        assert heard == [(Message, [message.pk])]
    finally:
        analysis_requested.disconnect(listen)


def test_few_rows_ring_the_interactive_queue_and_many_the_bulk_queue(
    ledger, ticket, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(current_app, "send_task", lambda *call: asked.append(call))
    with django_capture_on_commit_callbacks(execute=True):
        first = write(ticket, "good")
    assert asked == [("intelligence.tasks.analyse_rows", ["message", [first.pk]])]
    for _ in range(20):
        write(ticket, "good")
    asked.clear()
    with django_capture_on_commit_callbacks(execute=True):
        Message.objects.all().request_analysis()
    assert asked == [("intelligence.tasks.analyse_pending", ["message"])]


def test_a_broker_that_is_away_does_not_fail_the_save(
    ledger, ticket, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*_):
        raise OSError("no broker")

    monkeypatch.setattr(current_app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        write(ticket, "good")
    assert Message.objects.pending().count() == 1


def test_the_sweep_finds_overdue_rows_and_leaves_fresh_ones(ledger, ticket):
    write(ticket, "good")
    assert overdue_kinds() == []
    Message.objects.update(requested_at=timezone.now() - timedelta(minutes=5))
    assert overdue_kinds() == ["message"]


def test_rows_that_killed_their_worker_get_that_as_their_reason(ledger, ticket):
    write(ticket, "KILL")
    Message.objects.update(attempts=3)
    overdue_kinds()
    assert "died, 3 times" in Message.objects.failed().get().analysis_error


def test_tried_rows_are_read_in_smaller_company_and_then_alone(ledger, ticket):
    for _ in range(20):
        write(ticket, "good")
    Message.objects.update(attempts=1)
    with claimed(MESSAGES, 256) as rows:
        assert len(rows) == 16
    Message.objects.update(attempts=2)
    with claimed(MESSAGES, 256) as rows:
        assert len(rows) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_row_that_another_session_holds_is_passed_over(ledger, ticket):
    first, second = write(ticket, "good"), write(ticket, "good")
    other = connections.create_connection("default")
    try:
        from intelligence.analysis.claim import lock_class

        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock_class(MESSAGES), first.pk])
        with claimed(MESSAGES, 10) as rows:
            assert [row.pk for row in rows] == [second.pk]
        with other.cursor() as cursor:  # the end of a session gives them back only soon
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    with claimed(MESSAGES, 10) as rows:
        assert first.pk in [row.pk for row in rows]


def test_a_claim_is_given_back_even_when_reading_fails(ledger, ticket):
    write(ticket, "good")
    with pytest.raises(RuntimeError), claimed(MESSAGES, 10):
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        assert cursor.fetchone() == (0,)


def test_engines_that_cannot_load_cost_no_try_and_say_why(ledger, ticket, settings):
    from intelligence import loaded

    loaded.text_reader.cache_clear()
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.missing.load"}
    message = write(ticket, "good")
    with pytest.raises(ImportError):
        analyse_rows(MESSAGES, [message.pk])
    message.refresh_from_db()
    assert message.attempts == 0
    assert message.is_pending
    assert "ModuleNotFoundError" in message.analysis_error
