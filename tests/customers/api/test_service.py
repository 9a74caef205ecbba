"""Clocks and ratings of tickets in the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import SatisfactionRating, Ticket, TicketSla
from tests.factories import NOON, SatisfactionRatingFactory, TicketFactory, TicketSlaFactory


def ids(api, query):
    return sorted(row["id"] for row in api.get(f"/api/v1/tickets/?{query}").json()["results"])


def clock(**columns):
    ticket = TicketFactory(body="")
    TicketSla.objects.filter(ticket=ticket).delete()
    TicketSlaFactory(ticket=ticket, **columns)
    return ticket


def test_a_ticket_tells_its_clocks(api):
    ticket = clock(
        first_response_due_at=NOON,
        first_responded_at=NOON + timedelta(hours=1),
        first_response_breached=True,
        resolution_due_at=NOON + timedelta(hours=8),
        paused_at=NOON + timedelta(hours=2),
        paused_minutes=12,
    )
    Ticket.objects.filter(pk=ticket.pk).update(
        first_replied_at=NOON + timedelta(hours=1), first_reply_minutes=60
    )
    said = api.get(f"/api/v1/tickets/{ticket.pk}/").json()
    assert (said["first_reply_minutes"], said["solve_minutes"]) == (60, None)
    assert said["sla"] == {
        "policy": ticket.sla.policy.name,
        "next_due_at": None,
        "breached": True,
        "first_response_due_at": "2026-03-02T12:00:00Z",
        "first_responded_at": "2026-03-02T13:00:00Z",
        "first_response_breached": True,
        "resolution_due_at": "2026-03-02T20:00:00Z",
        "resolved_at": None,
        "resolution_breached": False,
        "paused": True,
        "paused_at": "2026-03-02T14:00:00Z",
        "paused_minutes": 12,
    }


def test_a_ticket_tells_how_it_was_rated(api):
    ticket = SatisfactionRatingFactory(score=2, reason="Too slow").ticket
    said = api.get(f"/api/v1/tickets/{ticket.pk}/").json()["rating"]
    assert (said["score"], said["reason"], set(said)) == (
        2,
        "Too slow",
        {"invited_at", "closes_at", "score", "reason", "rated_at"},
    )


def test_without_a_service_level_and_a_survey_both_are_null(api):
    said = api.get(f"/api/v1/tickets/{TicketFactory().pk}/").json()
    assert (said["sla"], said["rating"]) == (None, None)


@pytest.mark.django_db
def test_neither_can_be_written(api):
    ticket = SatisfactionRatingFactory(score=2).ticket
    address = f"/api/v1/tickets/{ticket.pk}/"
    answer = api.patch(address, {"rating": {"score": 5}, "sla": {"breached": True}}, format="json")
    assert answer.status_code == 200
    assert SatisfactionRating.objects.get().score == 2
    assert answer.json()["sla"] is None


def test_tickets_are_narrowed_by_what_is_due_was_missed_and_was_rated(api):
    now = timezone.now()
    late = clock(next_due_at=now - timedelta(hours=1), first_response_breached=True)
    soon = clock(next_due_at=now + timedelta(hours=1))
    missed = clock(resolution_breached=True)
    bad = SatisfactionRatingFactory(score=1).ticket
    good = SatisfactionRatingFactory(score=5).ticket
    assert ids(api, f"due_before={now:%Y-%m-%dT%H:%M:%SZ}") == [late.pk]
    assert ids(api, "breached=true") == [late.pk, missed.pk]
    assert ids(api, "breached=false") == [soon.pk, bad.pk, good.pk]
    assert ids(api, "rating=1") == [bad.pk]
    assert api.get("/api/v1/tickets/?rating=6").status_code == 400
    assert api.get("/api/v1/tickets/?due_before=soon").status_code == 400
