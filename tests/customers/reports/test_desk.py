"""The report of the desk: exact figures of a small cast, and marks that lead to the rows."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.insight.buckets import Grain
from customers.models import Ticket
from customers.periods import Period
from customers.reports.sums import (
    REPLIED,
    SOLVED,
    Rated,
    Times,
    kept_of,
    rated_of,
    standing_before,
    times_by,
    times_of,
    volume_by_day,
    volume_of,
)
from tests.factories import (
    NOON,
    SatisfactionRatingFactory,
    SlaPolicyFactory,
    TeamFactory,
    TicketFactory,
    TicketSlaFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Period(date(2026, 3, 2), date(2026, 3, 8))
MARCH = "?from=2026-03-02&to=2026-03-08"


def ticket(opened_at, replied=None, solved=None, **columns):
    """Opened then, answered and solved so many hours later."""
    made = TicketFactory(body="", opened_at=opened_at, **columns)
    times = {}
    for name, minutes, hours in (
        (REPLIED, "first_reply_minutes", replied), (SOLVED, "solve_minutes", solved),
    ):  # fmt: skip
        if hours is not None:
            times |= {name: opened_at + hours * HOUR, minutes: 60 * hours}
    if solved is not None:
        times["status"] = "solved"
    Ticket.objects.filter(pk=made.pk).update(**times)
    return made


@pytest.fixture
def cast(monkeypatch):
    team = TeamFactory(name="Returns")
    rows = {
        "before": ticket(NOON - 10 * DAY, 1, 9 * 24),  # solved on 1 March
        "standing": ticket(NOON - 5 * DAY),
        "quick": ticket(NOON, 1, 2, team=team, channel="web"),
        "slow": ticket(NOON, 3, 50, team=team, suggested_intent_id="get_refund"),
        "late": ticket(NOON + 2 * DAY, 10),
        "after": ticket(NOON + 30 * DAY),
    }
    SatisfactionRatingFactory(ticket=rows["quick"], team=team, channel="web")
    SatisfactionRatingFactory(ticket=rows["slow"], team=team, score=2)
    SatisfactionRatingFactory(ticket=rows["late"], score=None, rated_at=None)
    return rows


def test_sums_of_a_period(cast):
    assert volume_by_day(WEEK) == {date(2026, 3, 2): 2, date(2026, 3, 4): 1}
    assert volume_by_day(WEEK, SOLVED) == {date(2026, 3, 2): 1, date(2026, 3, 4): 1}
    assert times_of(WEEK, REPLIED) == {True: Times(3, 180, pytest.approx(516))}
    assert times_of(WEEK, SOLVED)[True].median == pytest.approx(26 * 60)
    assert times_by(WEEK, REPLIED, Grain.DAY)[date(2026, 3, 2)].median == 120
    assert times_by(WEEK, REPLIED, Grain.MONTH).keys() == {date(2026, 3, 1)}
    assert rated_of(WEEK) == {True: Rated(2, 1, 3.5)}
    assert rated_of(WEEK)[True].share == 0.5
    assert standing_before(WEEK) == 1


def test_sums_by_what_tickets_are(cast):
    team = cast["quick"].team_id
    assert volume_of(WEEK, key="team") == {team: 2, None: 1}
    assert volume_of(WEEK, key="channel") == {"web": 1, "email": 2}
    assert volume_of(WEEK, key="intent") == {"get_refund": 1, None: 2}
    assert times_of(WEEK, REPLIED, "team")[team] == Times(2, 120, pytest.approx(168))
    assert rated_of(WEEK, "channel") == {"web": Rated(1, 1, 5), "email": Rated(1, 0, 2)}


def test_service_levels_that_were_kept(cast):
    policy = SlaPolicyFactory(is_active=False)
    due = {"policy": policy, "first_response_due_at": NOON}
    TicketSlaFactory(ticket=cast["quick"], first_responded_at=NOON, **due)
    TicketSlaFactory(ticket=cast["slow"], first_response_breached=True, **due)
    TicketSlaFactory(ticket=cast["late"], **due)  # not decided yet
    assert kept_of(WEEK) == (2, 1)


@pytest.fixture
def agent(client):
    client.force_login(UserFactory())
    return client


def rows_of(client, name, query=MARCH):
    address = reverse("plot", kwargs={"name": name, "kind": "csv"}) + query
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode())))


def test_each_plot_has_its_rows(cast, agent):
    volume = rows_of(agent, "desk-volume")
    assert [(row["tickets"], row["solved"]) for row in volume[:3]] == [
        ("2", "1"), ("0", "0"), ("1", "1"),
    ]  # fmt: skip
    assert [row["open"] for row in rows_of(agent, "desk-backlog")][:4] == ["2", "2", "2", "2"]
    assert rows_of(agent, "desk-first-reply")[0]["hours"] == "2.0"
    assert rows_of(agent, "desk-resolution")[0]["hours"] == "2.0"
    assert rows_of(agent, "desk-satisfaction")[0]["satisfied"] == "0.5"
    by_team = rows_of(agent, "desk-by", MARCH + "&by=team")
    assert [(row["name"], row["tickets"], row["satisfied"]) for row in by_team] == [
        ("Returns", "2", "50"), ("none", "1", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["team", "agent", "channel", "intent", "topic", "nonsense"])
def test_every_mark_leads_to_just_the_tickets_that_it_counts(cast, agent, by):
    for row in rows_of(agent, "desk-by", f"{MARCH}&by={by}"):
        listed = agent.get(row["url"]).context["page"].paginator.count
        assert listed == (3 if by == "topic" else int(row["tickets"]))
    for row in rows_of(agent, "desk-backlog"):
        assert agent.get(row["url"]).context["page"].paginator.count == int(row["open"])


@pytest.mark.parametrize("name", ["desk-volume", "desk-first-reply", "desk-by"])
def test_plots_are_drawn(cast, agent, name):
    answer = agent.get(reverse("plot", kwargs={"name": name, "kind": "svg"}) + MARCH)
    assert answer.status_code == 200
    assert b"<svg" in answer.content


def test_the_page_shows_figures_beside_those_of_the_period_before(cast, agent):
    page = agent.get(reverse("insight-desk") + MARCH)
    told = {figure.label: (figure.value, figure.before) for figure in page.context["figures"]}
    assert told["tickets came in"] == ("3", "1")
    assert told["to the first reply (median, working time)"] == ("3 h", "–")
    assert told["of those who rated are satisfied"] == ("50%", "–")
    assert told["open at the end"] == ("2", "1")
    said = " ".join(sentence.text for sentence in page.context["sentences"])
    assert "3 tickets came in, and 2 were solved." in said
    assert "2 customers rated how they were served; 50% were satisfied." in said


def test_the_page_costs_as_many_queries_for_many_tickets(cast, agent, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        agent.get(reverse("insight-desk") + MARCH)
    for _count in range(10):
        ticket(NOON, 1, 2)
    with django_assert_num_queries(len(few)):
        agent.get(reverse("insight-desk") + MARCH)
