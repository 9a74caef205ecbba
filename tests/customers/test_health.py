"""Health and metrics: who may ask, and what they are told."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from customers.models import Backup, QueueBeat
from customers.tasks import beat_of_queue
from customers.views import health as views
from tests.factories import MessageFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_anybody_is_told_that_it_works_and_no_more(client):
    assert client.get("/health/").json() == {"status": "ok"}


def test_a_database_that_is_away_is_503(client, monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("connection refused")

        def close(self):
            pass

    monkeypatch.setattr(views, "connection", Away())
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


def broken(*_args, **_more):
    raise OperationalError("server closed the connection")


def test_a_page_whose_database_is_away_says_so_and_asks_to_come_again(client, monkeypatch):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    monkeypatch.setattr("customers.views.customers.page_of", broken)
    page = client.get("/customers/")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert b"Back in a moment" in page.content
    monkeypatch.setattr("customers.api.pagination.NewestFirstCursor.paginate_queryset", broken)
    answer = client.get("/api/v1/customers/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")


def test_details_are_for_admins(client):
    client.force_login(UserFactory(username="manager", role="manager"))
    assert client.get("/health/details/").status_code == 403
    client.force_login(UserFactory(username="admin", role="admin"))
    message = MessageFactory(author_kind="customer", body="late")
    type(message).objects.update(requested_at=timezone.now() - timedelta(minutes=5))
    beat_of_queue("bulk")
    told = client.get("/health/details/").json()
    assert told["pending_age_seconds"]["message"] >= 300
    assert told["queue_beat_age_seconds"]["bulk"] < 60
    assert told["backup_age_seconds"] is None
    Backup.objects.create(folder="x", verified_at=timezone.now() - timedelta(hours=1))
    assert client.get("/health/details/").json()["backup_age_seconds"] >= 3600


def test_metrics_need_the_token(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    QueueBeat.objects.note("mail")
    answer = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    lines = answer.content.decode().splitlines()
    assert "# TYPE rapport_pending_age_seconds gauge" in lines
    assert 'rapport_pending_age_seconds{kind="message"} 0' in lines
    assert any(line.startswith('rapport_queue_beat_age_seconds{queue="mail"}') for line in lines)
