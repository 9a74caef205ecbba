"""The import pages: upload, progress, rejects."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Import
from customers.views import imports
from tests.factories import ImportFactory


@pytest.fixture
def started(monkeypatch):
    """The imports that a worker was told of."""
    told = []
    monkeypatch.setattr(imports.run_import, "delay", told.append)
    return told


def test_an_uploaded_file_waits_for_a_worker(
    agent, started, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    form = {
        "format": "customers",
        "source": "shop",
        "file": SimpleUploadedFile("people.csv", b"id,name\nc1,Ada\n"),
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = agent.post("/imports/", form)
    run = Import.objects.get()
    assert answer["Location"] == f"/imports/{run.pk}/"
    assert (run.status, run.created_by, started) == ("queued", agent.user, [run.pk])


def test_a_form_without_a_file_keeps_what_was_chosen(agent, started):
    answer = agent.post("/imports/", {"format": "reviews", "source": "shop"})
    assert answer.status_code == 422
    assert b'value="reviews" selected' in answer.content
    assert not Import.objects.exists()


def test_the_progress_polls_until_the_import_is_finished(agent):
    run = ImportFactory(status="running", rows_total=10, read=5)
    page = agent.get(f"/imports/{run.pk}/progress/").content
    assert b"every 1s" in page
    assert b'value="50"' in page
    Import.objects.update(status="done")
    assert b"every 1s" not in agent.get(f"/imports/{run.pk}/progress/").content


def test_rejected_rows_can_be_fetched(agent, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    (tmp_path / "r.csv").write_text("row,column,reason\n")
    run = ImportFactory(status="done", rejected=1, rejects_file="r.csv")
    assert agent.get(f"/imports/{run.pk}/rejects/").getvalue() == b"row,column,reason\n"
    other = ImportFactory(status="done", rejects_file="../secret_key")
    assert agent.get(f"/imports/{other.pk}/rejects/").status_code == 404
