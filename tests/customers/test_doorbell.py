"""Workers are told of what waits, once it is committed; without a broker nobody fails."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from kombu.exceptions import OperationalError

from customers.models import Import
from customers.tasks import run_import
from tests.factories import UserFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch):
    keys = []

    def away(pk):
        keys.append(pk)
        raise OperationalError("no broker")

    monkeypatch.setattr(run_import, "delay", away)
    return keys


def file():
    return SimpleUploadedFile("people.csv", b"external_id,name\n1,Ada\n")


def test_a_file_of_a_screen_waits_for_the_clock(client, rung, django_capture_on_commit_callbacks):
    client.force_login(UserFactory())
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/imports/", {"file": file(), "source": "shop"})
    assert answer.status_code == 302
    assert rung == [Import.objects.get().pk]


def test_a_file_of_the_api_waits_for_the_clock(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = calling().post("/api/v1/imports/", {"file": file(), "source": "shop"})
    assert answer.status_code == 202
    assert rung == [Import.objects.get().pk]
