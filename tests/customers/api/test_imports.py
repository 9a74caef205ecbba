"""Files by the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.imports.jobs import carry_out
from customers.models import Customer, Import
from tests.factories import ImportFactory, UserFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/imports/"
ROWS = b"external_id,name,email\n1,Ada,ada@example.com\n2,Grace,nothing\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("customers.tasks.run_import.delay", lambda pk: None)


def sent(api, content=ROWS, **said):
    file = SimpleUploadedFile("customers.csv", content)
    return api.post(ADDRESS, {"file": file, "source": "shop", **said}, format="multipart")


def test_a_file_is_sent_recognised_checked_and_taken_in(api):
    answer = sent(api)
    assert answer.status_code == 202
    address = f"{ADDRESS}{answer.json()['id']}/"
    carry_out(answer.json()["id"])
    run = api.get(address).json()
    assert (run["status"], run["format"]) == ("ready", "customers")
    assert run["mapping"]["name"] == "name"
    assert api.post(f"{address}start/", {}, format="json").status_code == 202
    carry_out(run["id"])
    run = api.get(address).json()
    assert (run["status"], run["created"], run["rejected"]) == ("done", 1, 1)
    assert Customer.objects.get().source == "shop"
    rejects = b"".join(api.get(f"{address}rejects/").streaming_content).decode()
    assert "nothing" in rejects
    assert api.post(f"{address}start/", {}, format="json").status_code == 409


@pytest.mark.parametrize("said", [{"source": ""}, {"source": "a b"}, {"format": "nonsense"}])
def test_what_cannot_be_is_refused_with_its_pointer(api, said):
    answer = sent(api, **said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(said))}"
    assert not Import.objects.exists()


def test_json_in_place_of_a_form_is_refused(api):
    assert api.post(ADDRESS, {"source": "shop"}, format="json").status_code == 415


def test_a_partner_sees_its_own_imports_alone_and_a_bound_key_sends_its_source_alone(api):
    other = ImportFactory(created_by=UserFactory())
    assert api.get(f"{ADDRESS}{other.pk}/").status_code == 404
    assert sent(calling(api.user, source="mine")).status_code == 403
