"""The import pages: upload, confirm, check, progress, refused rows, undo."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customers.imports.jobs import carry_out
from customers.journal.undo import undo_all_asked
from customers.models import Customer, Import, ImportMapping, RefusedRow
from customers.views import imports
from tests.factories import ImportFactory, UserFactory


@pytest.fixture
def started(monkeypatch, tmp_path, settings):
    """The imports that a worker was told of."""
    settings.MEDIA_ROOT = tmp_path
    told = []
    monkeypatch.setattr(imports.run_import, "delay", told.append)
    monkeypatch.setattr(imports.undo_what_was_asked, "delay", lambda: None)
    return told


@pytest.fixture
def uploaded(agent, started):
    """Uploads a file and lets a worker look into it."""

    def upload(content, name="people.csv", **data):
        file = SimpleUploadedFile(name, content.encode())
        agent.post("/imports/", {"file": file, **data})
        run = Import.objects.latest("pk")
        carry_out(run.pk)
        run.refresh_from_db()
        return run

    return upload


def test_an_uploaded_file_waits_for_a_worker(agent, started, django_capture_on_commit_callbacks):
    form = {"file": SimpleUploadedFile("people.csv", b"id,name\nc1,Ada\n")}
    with django_capture_on_commit_callbacks(execute=True):
        answer = agent.post("/imports/", form)
    run = Import.objects.get()
    assert answer["Location"] == f"/imports/{run.pk}/"
    assert (run.status, run.created_by, started) == ("uploaded", agent.user, [run.pk])


def test_a_form_without_a_file_keeps_what_was_chosen(agent, started):
    answer = agent.post("/imports/", {"format": "reviews", "source": "shop"})
    assert answer.status_code == 422
    assert b'value="reviews" selected' in answer.content
    assert not Import.objects.exists()


def test_the_page_shows_how_the_file_is_read_and_takes_another_column(agent, uploaded):
    run = uploaded("Nummer;姓名;Mail;Ort\nc1;王小明;wang@example.com;Ulm\n", format="customers")
    page = agent.get(f"/imports/{run.pk}/").content.decode()
    assert "utf-8 · ;" in page
    assert "wang@example.com" in page
    assert '<option value="姓名" selected>' in page
    form = {"format": "customers", "source": "shop", "column_external_id": "Nummer"}
    form |= {"column_name": "姓名", "column_city": "Ort", "keep_as": "ERP", "act": "import"}
    agent.post(f"/imports/{run.pk}/", form)
    carry_out(run.pk)
    customer = Customer.objects.get()
    assert (customer.external_id, customer.city, customer.email) == ("c1", "Ulm", "")
    assert ImportMapping.objects.get().mapping["city"] == "Ort"


def test_a_column_that_is_needed_or_chosen_twice_is_told_and_what_was_chosen_stays(agent, uploaded):
    run = uploaded("a,b\n1,2\n", format="customers")
    form = {"format": "customers", "source": "shop", "column_name": "b", "column_city": "b"}
    answer = agent.post(f"/imports/{run.pk}/", {**form, "act": "import"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "chosen twice" in page
    assert "Missing for customers" in page
    assert page.count('<option value="b" selected>') == 2
    run.refresh_from_db()
    assert run.status == "ready"


def test_a_check_is_shown_with_examples_before_anything_is_written(agent, uploaded):
    Customer.objects.create(source="shop", external_id="c1", name="Ada", city="Bonn")
    run = uploaded("id,name,city,email\nc1,Ada,Ulm,\nc2,Ben,,\nc3,Cy,,nonsense\n")
    form = {"format": "customers", "source": "shop", "act": "check"}
    form |= {f"column_{name}": column for name, column in run.mapping.items()}
    agent.post(f"/imports/{run.pk}/", form)
    assert b"every 1s" in agent.get(f"/imports/{run.pk}/").content
    carry_out(run.pk)
    progress = agent.get(f"/imports/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert progress["HX-Refresh"] == "true"
    page = agent.get(f"/imports/{run.pk}/").content.decode()
    assert "<del>Bonn</del>" in page
    assert "<ins>Ulm</ins>" in page
    assert "not an e-mail address" in page
    assert Customer.objects.count() == 1


def test_another_format_proposes_its_columns_anew(agent, uploaded):
    run = uploaded("id,title,price\np1,Kettle,10\n", format="articles")
    agent.post(f"/imports/{run.pk}/", {"format": "products", "source": "shop", "act": "format"})
    run.refresh_from_db()
    assert (run.format, run.status) == ("products", "ready")
    assert run.mapping == {"external_id": "id", "name": "title", "price": "price"}


def test_the_progress_polls_until_the_import_is_finished(agent):
    run = ImportFactory(status="running", rows_total=10, read=5)
    page = agent.get(f"/imports/{run.pk}/progress/").content
    assert b"every 1s" in page
    assert b'value="50"' in page
    Import.objects.update(status="done")
    assert b"every 1s" not in agent.get(f"/imports/{run.pk}/progress/").content


def test_refused_rows_are_shown_and_can_be_fetched(agent):
    run = ImportFactory(status="done", rejected=1, columns=["id", "name"])
    row = {"number": 7, "column": "id", "reason": "is empty", "cells": {"name": "=1+1"}}
    RefusedRow.objects.create(shop_import=run, **row)
    assert b"is empty" in agent.get(f"/imports/{run.pk}/").content
    answer = agent.get(f"/imports/{run.pk}/rejects/")
    assert answer.getvalue().decode() == "row,column,reason,id,name\r\n7,id,is empty,,'=1+1\r\n"
    other = ImportFactory(status="done")
    assert agent.get(f"/imports/{other.pk}/rejects/").status_code == 404


def test_an_import_is_undone_by_who_made_it_and_not_by_another_agent(agent, uploaded):
    run = uploaded("id,name\nc1,Ada\n")
    assert run.ask_for("queued")
    carry_out(run.pk)
    other = Client()
    other.force_login(UserFactory(username="other"))
    assert other.post(f"/imports/{run.pk}/undo/").status_code == 403
    assert Customer.objects.exists()
    assert "Undo this import" in agent.get(f"/imports/{run.pk}/").content.decode()
    agent.post(f"/imports/{run.pk}/undo/")
    assert "Being undone" in agent.get(f"/imports/{run.pk}/").content.decode()
    undo_all_asked()
    assert not Customer.objects.exists()
    assert "Undone: 1 rows" in agent.get(f"/imports/{run.pk}/").content.decode()


def test_an_import_can_be_stopped_and_taken_up_again(agent, uploaded):
    run = uploaded("id,name\nc1,Ada\n")
    agent.post(f"/imports/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == "cancelled"
    agent.post(f"/imports/{run.pk}/go-on/")
    run.refresh_from_db()
    assert run.status == "cancelled"  # nothing of it went in: there is nothing to go on with
