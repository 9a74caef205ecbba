"""The file for a person: all of theirs, nothing of anybody else's, for a week."""

import json
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils import timezone

from customers.lists.jobs import carry_out, take_up
from customers.models import AccessExport, Customer
from customers.privacy.data_map import RECORDS
from tests.customers.privacy.canaries import CanaryPerson
from tests.factories import UserFactory
from tests.figures import tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REJECTS_DIR = tmp_path / "rejects"


@pytest.fixture
def person():
    made = CanaryPerson()
    made.leave_copies()
    return made


def written(person, by=None):
    job = AccessExport.objects.create(customer=person.customer, created_by=by)
    assert carry_out(AccessExport, job.pk)
    job.refresh_from_db()
    assert job.status == "done", job.error
    return job


def test_it_holds_every_canary_and_nothing_of_another_person(person):
    other = CanaryPerson(word="bystander", phone="+442079460992", seed=2)
    other.leave_copies()
    job = written(person)
    with ZipFile(job.file.open("rb")) as archive:
        names = archive.namelist()
        told = archive.read("personal-data.json").decode()
        page = archive.read("personal-data.html").decode()
        texts = [archive.read(name).decode(errors="replace") for name in names]
    shown = {
        place: value
        for place, value in person.planted.items()
        if place[1] not in RECORDS[place[0]].hidden
    }
    missing = [place for place, value in shown.items()
               if json.dumps(value, ensure_ascii=False).strip('[]{}"') not in
               json.dumps(json.loads(told), ensure_ascii=False)]  # fmt: skip
    assert missing == []
    assert "canaryqz body" in page
    assert not any("bystander" in text for text in [*names, *texts])
    assert "canaryqz file in a file" in "".join(texts)
    assert "canaryqz raw in a file" in "".join(texts)
    tell(f"access export: {len(shown)} of {len(shown)} canaries, 0 of another person")


def test_it_says_what_models_make_of_the_person_and_who_received_any(person):
    Customer.objects.filter(pk=person.customer.pk).update(
        alive_probability=0.4, rfm_class="loyal", suggested_segment="loyal"
    )
    with ZipFile(written(person).file.open("rb")) as archive:
        told = json.loads(archive.read("personal-data.json"))
    scores = {one["name"]: one for one in told["scores"]}
    assert scores["alive_probability"]["value"] == 0.4
    assert "buys again" in scores["alive_probability"]["meaning"]
    assert [one["host"] for one in told["recipients"]] == ["llm.example.com"]
    assert set(told["sources"]) == {"old"} | {person.customer.source}
    kinds = {one["kind"]: one["rows"] for one in told["records"]}
    assert kinds["intelligence.Prediction"][0]["meaning"]
    assert len(kinds["customers.JournalChange"]) == 2


def test_managers_fetch_it_and_each_time_is_noted(person, client):
    client.force_login(UserFactory(role="manager"))
    page = client.post(f"/customers/{person.customer.pk}/access/")
    job = AccessExport.objects.get(pk=int(page["Location"].rstrip("/").split("/")[-1]))
    carry_out(AccessExport, job.pk)
    assert b"Download" in client.get(page["Location"]).content
    answer = client.get(f"/privacy/access/{job.pk}/file/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    job.refresh_from_db()
    assert (job.download_count, person.word in answer["Content-Disposition"]) == (1, False)


def test_agents_do_not_get_it(person, client):
    job = written(person)
    client.force_login(UserFactory())
    for address in ("", "progress/", "file/"):
        assert client.get(f"/privacy/access/{job.pk}/{address}").status_code == 403
    assert client.post(f"/customers/{person.customer.pk}/access/").status_code == 403


def test_after_a_week_the_link_leads_nowhere_and_the_file_is_gone(person, client):
    job = written(person)
    path = job.file.path
    AccessExport.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    client.force_login(UserFactory(role="manager"))
    assert client.get(f"/privacy/access/{job.pk}/file/").status_code == 404
    take_up()
    job.refresh_from_db()
    assert not job.file
    assert not Path(path).exists()
