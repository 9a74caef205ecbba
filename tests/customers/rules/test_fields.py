"""Which ticket meets which condition: one field after another, on two tickets."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.audiences.tree import rules_of
from customers.models import BusinessHours, Holiday, Intent, Segment, Ticket
from customers.rules.matching import checked_conditions, failed_conditions, meets
from customers.rules.ticket_fields import GROUPS, ticket_fields
from tests.factories import (
    NOON,
    CustomerFactory,
    MessageFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(monkeypatch):
    """A ticket that says yes to all of it, and one that says no."""
    monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(hours=30))
    agent, team = UserFactory(pk=90001), TeamFactory(pk=90001)
    shopper = CustomerFactory(
        email="Ann@Shop.example", country="Italy", language="it", tags=["vip"]
    )
    shopper.suggested_segment = Segment.objects.first()
    shopper.save()
    yes = TicketFactory(
        subject="Refund please",
        body="The lamp is broken",
        customer=shopper,
        channel="web",
        kind="problem",
        status="pending",
        team=team,
        assignee=agent,
        tags=["return", "lamp"],
    )
    MessageFactory(ticket=yes, body="I am still waiting", sent_at=NOON)
    Ticket.objects.filter(pk=yes.pk).update(
        suggested_intent=Intent.objects.get(pk="get_refund"),
        intent_probability=0.9,
        sentiment="negative",
        sentiment_trend=-0.8,
        suggested_priority="urgent",
        solved_at=NOON,
        updated_at=NOON,
    )
    later = NOON + timedelta(hours=29)  # Tuesday, 17:00
    no = TicketFactory(
        subject="Hello", body="A question", customer=CustomerFactory(country="Spain"),
        opened_at=later, last_message_at=later, priority="low",
    )  # fmt: skip
    Ticket.objects.filter(pk=no.pk).update(updated_at=later)
    return yes, no


CASES = [
    ("subject_words", "has_words", "refu"),
    ("text_words", "has_words", "lamp broken"),
    ("latest_words", "has_words", "still"),
    ("from", "any_of", ["shop.example"]),
    ("from", "any_of", ["@SHOP.example", "x.example"]),
    ("from", "any_of", ["ann@shop.example"]),
    ("intent", "any_of", ["get_refund"]),
    ("intent", "is_known", None),
    ("intent_probability", "at_least", 90),
    ("sentiment", "any_of", ["negative"]),
    ("trend", "any_of", ["worse"]),
    ("status", "none_of", ["open"]),
    ("priority", "any_of", ["urgent"]),
    ("channel", "any_of", ["web"]),
    ("kind", "any_of", ["problem"]),
    ("team", "any_of", ["90001"]),
    ("assignee", "any_of", ["90001"]),
    ("assignee", "is_known", None),
    ("tags", "any_of", ["Lamp", "x"]),
    ("in_hours", "yes", None),
    ("opened_age", "at_least", 24),
    ("message_age", "at_least", 29.5),
    ("changed_age", "at_least", 2),
    ("solved_age", "at_least", 1),
    ("country", "any_of", ["Italy"]),
    ("language", "any_of", ["it"]),
    ("customer_tags", "any_of", ["vip"]),
]


def asks(field, operator, value):
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(("field", "operator", "value"), CASES)
def test_a_field_tells_one_ticket_from_the_other(pair, field, operator, value):
    BusinessHours.objects.create(name="Office")
    leaf = asks(field, operator, value)
    raw = checked_conditions(rules_of(leaf))
    assert list(Ticket.objects.filter(meets(raw))) == [pair[0]]
    assert failed_conditions(raw, pair[0].pk) == []
    assert failed_conditions(raw, pair[1].pk) == [leaf]


def test_every_field_is_tried_here_and_stands_in_a_group():
    tried = {field for field, *_ in CASES} | {"late", "segment"}
    assert set(ticket_fields()) == tried
    assert {field.group for field in ticket_fields().values()} == set(GROUPS)


def test_the_segment_of_the_customer(pair):
    yes, _no = pair
    raw = rules_of(asks("segment", "any_of", [yes.customer.suggested_segment_id]))
    assert list(Ticket.objects.filter(meets(checked_conditions(raw)))) == [yes]


def test_the_latest_message_is_not_an_earlier_one(pair):
    raw = rules_of(asks("latest_words", "has_words", "lamp"))
    assert not Ticket.objects.filter(meets(raw)).exists()


def test_a_holiday_lies_outside_of_business_hours(pair):
    hours = BusinessHours.objects.create(name="Office", time_zone="UTC")
    Holiday.objects.create(hours=hours, day_on=NOON.date())
    raw = rules_of(asks("in_hours", "yes", None))
    assert not Ticket.objects.filter(meets(raw)).exists()
    raw = rules_of(asks("in_hours", "no", None))
    assert Ticket.objects.filter(meets(raw)).count() == 2


def test_no_conditions_are_met_by_all_and_broken_ones_by_none(pair):
    assert Ticket.objects.filter(meets({"match": "all", "rules": []})).count() == 2
    assert not Ticket.objects.filter(meets(rules_of({"field": "gone"}))).exists()


def test_any_of_several_and_groups_within(pair):
    inner = {"match": "any", "not": True, "rules": [asks("channel", "any_of", ["web"])]}
    raw = rules_of(asks("subject_words", "has_words", "refund"), inner, match="any")
    assert Ticket.objects.filter(meets(checked_conditions(raw))).count() == 2
    assert failed_conditions(raw, pair[1].pk) == [raw["rules"][0], inner["rules"][0]]
