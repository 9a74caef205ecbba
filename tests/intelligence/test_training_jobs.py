"""The correction loop on real weights: trained, gated, promoted, rolled back, read again."""

import random

import pytest

from customers.models import Correction, Intent, Message, ModelVersion, Promotion, Ticket, Training
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.engines.head_files import SHIPPED, load_card
from intelligence.evaluation.sentiment_scales import STEPS
from intelligence.loaded import text_reader
from intelligence.serving import carry_out_promotion, note_serving
from intelligence.training.corrections import corrected, golden
from intelligence.training.jobs import carry_out_training, end_the_dead, measure_version
from intelligence.training.own_sentences import own_sentences
from intelligence.training.text_sets import MEASURED, tenth_of
from tests.factories import TicketFactory, UserFactory
from tests.intelligence.model_jobs import promoted, trained
from tests.intelligence.warranties import WARRANTIES

pytestmark = pytest.mark.django_db
SHIPPED_INTENT = load_card(SHIPPED / "intent").sha256


@pytest.fixture
def models(settings, tmp_path):
    """An empty folder for trained models; what another test loaded is forgotten."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    yield settings.MODELS_DIR
    text_reader.cache_clear()


@pytest.fixture
def manager(db):
    return UserFactory(username="manager", role="manager")


def make_ticket(text, **columns):
    subject, _, body = text.partition("\n")
    return TicketFactory(subject=subject, body=body, **columns)


def label(manager, rows):
    for text, slug in rows:
        make_ticket(text).set_intent(Intent.objects.get(pk=slug), by=manager)


def teach_warranties(manager):
    Intent.objects.create(slug="warranty", name="Warranty")
    label(manager, [(text, "warranty") for text in WARRANTIES])


def read_all():
    return analyse_pending(KINDS["message"])


def test_ten_examples_of_a_new_intent_are_learnt_served_and_rolled_back(models, manager):
    note_serving()
    new = make_ticket("Guarantee\nIs my toaster, bought in June, still under warranty?")
    read_all()
    teach_warranties(manager)
    job = trained("intent", manager)
    assert (job.status, job.stage, job.error) == ("ready", "done", "")
    assert job.verdict == {"passed": True, "reasons": []}
    assert job.rows_used == len(corrected("intent", ("en",)).learnt)
    assert job.before["n"] == job.after["n"] == job.rows_held_out >= len(golden("intent"))
    assert job.replaces.sha256 == SHIPPED_INTENT
    assert ModelVersion.objects.serving().get(task="intent").sha256 == SHIPPED_INTENT

    change = promoted(job.model, manager)
    job.refresh_from_db()
    assert (change.status, change.replaced, job.status) == ("done", job.replaces, "promoted")
    assert text_reader().versions["intent"].sha256 == job.model.sha256
    assert ModelVersion.objects.serving().get(task="intent") == job.model
    read_all()
    new.refresh_from_db()
    assert new.suggested_intent_id == "warranty"
    assert new.intent_detail["model_version"] == job.model.sha256
    assert new.intent_detail["evidence"]

    back = promoted(job.replaces, manager)
    assert (back.status, back.replaced) == ("done", job.model)
    assert text_reader().versions["intent"].sha256 == SHIPPED_INTENT
    assert ModelVersion.objects.serving().get(task="intent").sha256 == SHIPPED_INTENT
    read_all()
    new.refresh_from_db()
    assert new.suggested_intent_id != "warranty"


def test_shuffled_labels_are_refused_and_nothing_is_kept(models, manager):
    rows = own_sentences("intent").only(Intent.objects.values_list("pk", flat=True))
    chosen = random.Random(1).sample(range(len(rows)), 150)
    wrong = [rows.labels[at] for at in chosen]
    random.Random(2).shuffle(wrong)
    label(
        manager,
        [(f"Hello\n{rows.texts[at]}", slug) for at, slug in zip(chosen, wrong, strict=True)],
    )
    job = trained("intent", manager)
    assert (job.status, job.model, job.error) == ("refused", None, "")
    assert {reason["measure"] for reason in job.verdict["reasons"]} >= {"accuracy"}
    assert job.after["accuracy"] < job.before["accuracy"] - 0.01
    assert list(models.iterdir()) == []


def test_a_poisoned_sentiment_is_refused_by_messages_that_teach_nobody(models, manager):
    rows = own_sentences("sentiment")
    chosen = random.Random(1).sample(range(len(rows)), 300)
    opposite = dict(zip(STEPS, reversed(STEPS), strict=True))
    for at in chosen:
        message = make_ticket(f"A word to you\n{rows.texts[at]}").messages.get()
        message.set_sentiment(opposite[rows.labels[at]], by=manager)
    job = trained("sentiment", manager)
    assert (job.status, job.model) == ("refused", None)
    assert job.rows_held_out >= len(golden("sentiment")) == 70
    assert job.after["accuracy"] < job.before["accuracy"] - 0.01


def test_held_out_rows_never_teach(models, manager):
    teach_warranties(manager)
    rows = corrected("intent", ("en",))
    assert {tenth_of(text) for text in rows.held_out.texts} <= {MEASURED}
    assert MEASURED not in {tenth_of(text) for text in rows.learnt.texts}
    assert len(rows.learnt) + len(rows.held_out) == len(WARRANTIES)


def test_a_text_that_is_measured_on_everywhere_never_teaches(models, manager):
    label(manager, [(golden("intent").texts[0], "complaint")])
    assert len(corrected("intent", ("en",)).learnt) == 0


def test_the_latest_word_on_a_text_counts(models, manager):
    text = WARRANTIES[0]
    label(manager, [(text, "complaint"), (text, "get_refund")])
    rows = corrected("intent", ("en",))
    assert (*rows.learnt.labels, *rows.held_out.labels) == ("get_refund",)


def test_too_few_corrections_fail_with_a_reason(models, manager):
    label(manager, [(WARRANTIES[0], "complaint")])
    job = trained("intent", manager)
    assert job.status == "failed"
    assert "a training needs 10" in job.error


def test_a_job_is_carried_out_once(models, manager):
    job = trained("intent", manager)
    Training.objects.filter(pk=job.pk).update(error="as it was")
    carry_out_training(job.pk)
    job.refresh_from_db()
    assert job.error == "as it was"


def test_a_training_whose_worker_died_says_so(manager):
    job = Training.objects.create(task="intent", status="running")
    end_the_dead()
    job.refresh_from_db()
    assert job.status == "failed"
    assert "died" in job.error


def test_corrections_stand_when_rows_are_read_again(models, manager):
    ticket = make_ticket("Refund\nI want my money back, this is terrible.")
    message = ticket.messages.get()
    message.set_sentiment("positive", by=manager)
    ticket.set_intent(Intent.objects.get(pk="complaint"), by=manager)
    before = list(Correction.objects.order_by("pk").values())
    for _ in range(3):
        Message.objects.request_analysis()
        assert read_all().n == 1
    message.refresh_from_db()
    ticket.refresh_from_db()
    assert message.sentiment_decision == message.effective_sentiment == "positive"
    assert message.sentiment in ("negative", "very_negative")
    assert (ticket.intent_id, ticket.sentiment) == ("complaint", "positive")
    assert list(Correction.objects.order_by("pk").values()) == before


def test_a_model_whose_file_was_changed_is_not_promoted(models, manager):
    teach_warranties(manager)
    job = trained("intent", manager)
    weights = models / job.model.name / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    change = promoted(job.model, manager)
    assert change.status == "failed"
    assert "not the file its card describes" in change.error
    assert text_reader().versions["intent"].sha256 == SHIPPED_INTENT


def test_an_older_change_that_was_cut_off_does_not_undo_a_newer_one(models, manager):
    note_serving()
    teach_warranties(manager)
    job = trained("intent", manager)
    older = Promotion.objects.ask(model=job.replaces, requested_by=manager)
    promoted(job.model, manager)
    carry_out_promotion(older.pk)
    older.refresh_from_db()
    assert older.status == "failed"
    assert text_reader().versions["intent"].sha256 == job.model.sha256


def test_a_serving_model_is_measured_by_class(models):
    version = next(one for one in note_serving() if one.task == "intent")
    measure_version(version.pk)
    version.refresh_from_db()
    found = version.measured
    assert found["n"] == len(golden("intent"))
    assert sum(one["n"] for one in found["classes"].values()) == found["n"]
    assert sum(map(sum, found["confusion"]["counts"])) == found["n"]
    assert sum(n for *_, n in found["reliability"]) == found["n"]
    assert found["rows_per_second"] > 0
    assert Ticket.objects.count() == 0
