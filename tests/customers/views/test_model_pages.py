"""The pages of models: for managers, with figures, asked jobs and their outcome."""

import pytest
from django.db import IntegrityError, transaction

from customers.models import ModelVersion, Promotion, Training
from tests.factories import (
    NOON,
    CorrectionFactory,
    ModelVersionFactory,
    TrainingFactory,
    UserFactory,
)

FIGURES = {
    "n": 40,
    "accuracy": 0.9,
    "macro_f1": 0.85,
    "ece": 0.04,
    "coverage": 0.8,
    "accuracy_where_said": 0.95,
    "classes": {
        "get_refund": {"precision": 0.9, "recall": 0.8, "f1": 0.847, "n": 30},
        "track_order": {"precision": 0.7, "recall": 0.9, "f1": 0.788, "n": 10},
    },
    "confusion": {"labels": ["get_refund", "track_order"], "counts": [[24, 6], [1, 9]]},
    "reliability": [[0.45, 0.4, 10], [0.95, 0.97, 30]],
    "languages": {"en": {"n": 40, "accuracy": 0.9, "ece": 0.04}},
}
WORSE = FIGURES | {
    "accuracy": 0.8,
    "classes": FIGURES["classes"]
    | {"get_refund": {"precision": 0.7, "recall": 0.6, "f1": 0.646, "n": 30}},
}
REASON = {"measure": "accuracy", "label": "", "before": 0.9, "after": 0.8, "limit": 0.01}


@pytest.fixture
def manager(client, db):
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client


@pytest.fixture
def rung(monkeypatch):
    """The tasks that were rung for, without a broker."""
    told = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args: told.append((name, *args))
    )
    return told


def pages():
    serving = ModelVersionFactory(is_serving=True, measured=FIGURES)
    job = TrainingFactory(status="ready", model=serving, before=FIGURES, after=FIGURES)
    return [
        "/models/",
        f"/models/{serving.pk}/",
        f"/models/{serving.pk}/versions/",
        f"/trainings/{job.pk}/",
        f"/trainings/{job.pk}/progress/",
        "/corrections/",
        f"/plots/model-confusion/{serving.pk}.csv",
        f"/plots/model-reliability/{serving.pk}.csv",
    ]


def test_managers_and_admins_see_them(manager):
    for address in pages():
        assert manager.get(address).status_code == 200


@pytest.mark.parametrize("role", ["agent", "partner"])
def test_others_are_refused_and_change_nothing(client, db, role):
    client.force_login(UserFactory(role=role))
    for address in pages():
        assert client.get(address).status_code == 403
    version = ModelVersion.objects.get()
    assert client.post(f"/models/{version.pk}/promote/").status_code == 403
    assert client.post("/models/intent/train/").status_code == 403
    assert Training.objects.count() == 1
    assert not Promotion.objects.exists()
    assert b'href="/models/"' not in client.get("/tickets/").content


def test_the_list_tells_figures_and_what_waits(manager):
    ModelVersionFactory(is_serving=True, measured=FIGURES)
    CorrectionFactory()
    page = manager.get("/models/").content.decode()
    assert "90.0 %" in page
    (row,) = manager.get("/models/").context["tasks"]
    assert (row.waiting, row.trainable, row.measured_on) == (1, True, "frozen_holdout")
    TrainingFactory(status="ready", started_at=NOON.replace(hour=13))
    assert manager.get("/models/").context["tasks"][0].waiting == 0


def test_a_page_shows_what_its_card_knows_and_no_more(manager):
    bare = ModelVersionFactory(card={"name": "old", "metrics": {}})
    assert manager.get(f"/models/{bare.pk}/").status_code == 200
    assert b"The card does not say." in manager.get(f"/models/{bare.pk}/").content
    full = ModelVersionFactory(measured=FIGURES)
    page = manager.get(f"/models/{full.pk}/").content.decode()
    assert f"/plots/model-confusion/{full.pk}.svg" in page
    assert "75.0 % by the most frequent label" in page


def test_the_confusion_is_drawn_from_its_counts(manager):
    version = ModelVersionFactory(measured=FIGURES)
    lines = manager.get(f"/plots/model-confusion/{version.pk}.csv").content.decode().splitlines()
    assert lines[0] == "right,found,n,share"
    assert "Get refund,Track order,6,0.2" in lines


def test_training_is_asked_for_once(manager, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = manager.post("/models/intent/train/")
        second = manager.post("/models/intent/train/")
    job = Training.objects.get()
    assert first["Location"] == second["Location"] == f"/trainings/{job.pk}/"
    assert (job.requested_by, job.status) == (manager.user, "pending")
    assert rung == [("intelligence.tasks.train", job.pk)]
    assert manager.post("/models/nonsense/train/").status_code == 404


def test_promoting_is_asked_for_and_polled(manager, rung, django_capture_on_commit_callbacks):
    version = ModelVersionFactory()
    with django_capture_on_commit_callbacks(execute=True):
        answer = manager.post(f"/models/{version.pk}/promote/")
    job = Promotion.objects.get()
    assert answer["Location"] == f"/models/{version.pk}/"
    assert (job.model, job.requested_by, job.status) == (version, manager.user, "pending")
    assert rung == [("intelligence.tasks.promote", job.pk)]
    assert b"every 1s" in manager.get(f"/models/{version.pk}/versions/").content
    Promotion.objects.update(status="done")
    assert b"every 1s" not in manager.get(f"/models/{version.pk}/versions/").content


def test_progress_polls_until_it_ends(manager):
    job = TrainingFactory(status="running", stage="fitting", progress=0.75)
    page = manager.get(f"/trainings/{job.pk}/progress/").content
    assert b"every 1s" in page
    assert b'value="75"' in page
    Training.objects.update(status="failed", error="no")
    assert b"every 1s" not in manager.get(f"/trainings/{job.pk}/progress/").content


def test_a_refusal_says_why_and_offers_no_promotion(manager):
    verdict = {"passed": False, "reasons": [REASON]}
    job = TrainingFactory(status="refused", before=FIGURES, after=WORSE, verdict=verdict)
    page = manager.get(f"/trainings/{job.pk}/").content.decode()
    assert '90.0 % <span class="arrow" aria-hidden="true">→</span> <strong>80.0 %</strong>' in page
    assert "−20.1" in page  # the F1 of refunds
    assert "/promote/" not in page


def test_one_version_serves_a_task(db):
    ModelVersionFactory(is_serving=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersionFactory(is_serving=True)
