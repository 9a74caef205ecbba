"""Who gets a ticket: fair, within limits, to those who are there and know."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from customers.assignment.strategies import assign
from customers.models import AgentProfile, Intent, Ticket
from tests.factories import CustomerFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    team = TeamFactory()
    team.members.set([UserFactory(username=name) for name in ("ann", "bob", "eve")])
    return team


def given(team, count, strategy, **columns):
    """The names of those who get so many tickets, one after another."""
    tickets = [TicketFactory(team=team, body="", **columns) for _ in range(count)]
    return [getattr(assign(ticket, strategy), "username", None) for ticket in tickets]


def profile(team, name, **columns):
    user = team.members.get(username=name)
    intents = columns.pop("intents", [])
    AgentProfile.objects.update_or_create(user=user, defaults=columns)
    user.refresh_from_db()
    user.agent.intents.set(intents)


def test_in_turn_everybody_gets_one_and_then_again(team):
    assert given(team, 7, "round_robin") == ["ann", "bob", "eve", "ann", "bob", "eve", "ann"]


def test_who_is_away_inactive_or_of_another_team_gets_none(team):
    profile(team, "ann", is_away=True)
    eve = team.members.get(username="eve")
    eve.is_active = False
    eve.save()
    UserFactory(username="stranger")
    assert given(team, 2, "round_robin") == ["bob", "bob"]
    profile(team, "bob", is_away=True)
    assert given(team, 1, "round_robin") == [None]


def test_a_limit_of_open_tickets_holds_and_solved_ones_do_not_count(team):
    for name in ("ann", "bob", "eve"):
        profile(team, name, most_open=1)
    assert given(team, 4, "round_robin") == ["ann", "bob", "eve", None]
    Ticket.objects.get(assignee__username="bob").set_status("solved")
    assert given(team, 2, "least_load") == ["bob", None]


def test_the_fewest_open_tickets_count(team):
    ann, bob, _eve = team.members.order_by("username")
    for user in (ann, ann, bob):
        TicketFactory(assignee=user, body="")
    assert given(team, 4, "least_load") == ["eve", "bob", "eve", "ann"]


def test_skills_are_intent_language_and_tags_and_more_of_them_count_more(team):
    refund = Intent.objects.get(pk="get_refund")
    profile(team, "ann", languages=["de"])
    profile(team, "bob", languages=["de"], intents=[refund])
    profile(team, "eve", tags=["vip"])
    german = CustomerFactory(language="de-AT")
    assert given(team, 1, "skill", customer=german, suggested_intent=refund) == ["bob"]
    assert given(team, 1, "skill", customer=german) == ["ann"]
    assert given(team, 1, "skill", tags=["vip"]) == ["eve"]


def test_by_what_the_ticket_is_about(team):
    refund = Intent.objects.get(pk="get_refund")
    profile(team, "eve", intents=[refund])
    assert given(team, 2, "intent", suggested_intent=refund) == ["eve", "eve"]
    assert given(team, 2, "intent") == ["ann", "bob"]


def test_without_a_team_nobody_is_chosen():
    assert assign(TicketFactory(body=""), "round_robin") is None
    with pytest.raises(KeyError):
        assign(TicketFactory(body=""), "unheard-of")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_are_dealt_out_to_within_one_ticket_and_no_limit_is_passed():
    team = TeamFactory()
    team.members.set([UserFactory(username=name) for name in ("ann", "bob", "eve")])
    profile(team, "eve", most_open=3)
    pks = [TicketFactory(team=team, body="", customer=None).pk for _ in range(20)]

    def one(pk):
        try:
            with transaction.atomic():
                assign(Ticket.objects.get(pk=pk), "round_robin")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, pks))
    counts = {
        name: Ticket.objects.filter(assignee__username=name).count()
        for name in ("ann", "bob", "eve")
    }
    assert counts["eve"] == 3
    assert abs(counts["ann"] - counts["bob"]) <= 1
    assert sum(counts.values()) == 20
