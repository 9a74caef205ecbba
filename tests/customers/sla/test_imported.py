"""Tickets of a file have the clocks that fit, and nobody is rung out of bed by them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Notice, Ticket, TicketSla
from customers.sla.watch import watch
from tests.factories import SlaPolicyFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_in(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path

    def run(text):
        (tmp_path / "x.csv").write_text(text)
        return run_import(FORMATS["tickets"], tmp_path / "x.csv", "old")

    return run


def row(key, status, ago, answer=""):
    return f"{key},Lamp,It broke,{answer},{status},{(timezone.now() - ago).isoformat()}\n"


HEADER = "id,subject,body,answer,status,created_at\n"


def test_what_waits_has_a_clock_and_what_is_late_already_rings_nobody(take_in):
    now = timezone.now()
    SlaPolicyFactory(
        first_response_minutes=60, resolution_minutes=600, applies_from_at=now - timedelta(days=2)
    )
    TeamFactory().members.add(UserFactory())
    text = HEADER
    text += row("fresh", "open", timedelta(minutes=5)) + row("late", "open", timedelta(hours=5))
    text += row("answered", "open", timedelta(hours=5), "Sorry")
    text += row("done", "solved", timedelta(hours=5)) + row("old", "open", timedelta(days=9))
    take_in(text)
    clocks = {clock.ticket.external_id: clock for clock in TicketSla.objects.all()}
    assert set(clocks) == {"fresh", "late", "answered"}
    assert not clocks["fresh"].is_breached
    assert clocks["late"].first_response_breached
    assert clocks["answered"].first_responded_at == clocks["answered"].ticket.first_replied_at
    assert clocks["answered"].first_responded_at - clocks["answered"].ticket.opened_at == timedelta(
        hours=1
    )
    Ticket.objects.update(assignee=UserFactory())
    watch(now)
    assert not Notice.objects.exists()
    warned, late = watch(now + timedelta(hours=2))
    assert (warned + late, Notice.objects.get().ticket.external_id) == (1, "fresh")


def test_a_ticket_that_a_newer_file_has_as_solved_owes_nothing_any_more(take_in):
    SlaPolicyFactory(applies_from_at=timezone.now() - timedelta(days=2))
    take_in(HEADER + row("a", "open", timedelta(minutes=5)))
    assert TicketSla.objects.get().next_due_at is not None
    take_in(HEADER + row("a", "solved", timedelta(minutes=5)))
    clock = TicketSla.objects.get()
    assert clock.next_due_at is None
    assert isinstance(clock.resolved_at, datetime)


def test_without_a_promise_there_are_no_clocks(take_in):
    take_in(HEADER + row("a", "open", timedelta(minutes=5), "Sorry"))
    assert not TicketSla.objects.exists()
    assert Ticket.objects.get().first_replied_at is not None
