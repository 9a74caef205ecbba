"""The desk of the demo shop is the same each time."""

import pytest

from customers.demo.loader import load_demo
from customers.models import (
    Proposal,
    Rule,
    RuleDue,
    SatisfactionRating,
    SlaPolicy,
    Team,
    Ticket,
    TicketSla,
)
from customers.periods import Period
from customers.reports.sums import rated_of, volume_of
from tests.customers.demo.conftest import ANCHOR
from tests.factories import UserFactory


@pytest.mark.django_db
def test_a_load_makes_promises_rules_a_team_and_ratings():
    agent, manager = UserFactory(), UserFactory(role="manager")
    load_demo(ANCHOR)
    assert [policy.name for policy in SlaPolicy.objects.all()] == ["Urgent", "Standard"]
    assert list(Rule.objects.values_list("is_on", flat=True)) == [True, True, False]
    teams = {team.name: list(team.members.all()) for team in Team.objects.all()}
    staff = [agent, manager]
    assert teams == {"Customer care": staff, "Delivery": staff, "Returns": staff}
    assert all(team.tickets.count() > 20 for team in Team.objects.all())

    waiting = Ticket.objects.open()
    assert not waiting.filter(team=None).exists()
    assert 0 < waiting.filter(assignee=agent).count() < waiting.count()
    answered = Ticket.objects.filter(messages__author_kind="agent").distinct()
    assert not answered.filter(first_reply_minutes=None).exists()
    done = Ticket.objects.filter(status__in=["solved", "closed"])
    assert not done.filter(solve_minutes=None).exists()

    assert RuleDue.objects.count() == 25
    clocks = TicketSla.objects.count()
    assert clocks > 10
    assert TicketSla.objects.running().exists()
    ratings = SatisfactionRating.objects.given()
    assert ratings.count() > 60
    assert {rating.score for rating in ratings} == {1, 2, 3, 4, 5}
    assert not ratings.filter(ticket__status="open").exists()
    year = Period(ANCHOR.replace(year=ANCHOR.year - 2), ANCHOR)
    assert sum(volume_of(year).values()) == 400

    proposals = Proposal.objects.filter(key__name="Reply assistant", owner=manager).waiting()
    assert [proposal.kind for proposal in proposals.order_by("id")] == ["reply", "ticket", "task"]
    assert 0.5 < rated_of(year)[True].share < 0.95
