"""Weekly digests: made once a week, kept as they were, and shown only with true numbers."""

import copy
import logging
from datetime import date, timedelta

import pytest
from django.utils import timezone

from customers.insight import digests
from customers.insight.aggregates import refresh
from customers.insight.digests import last_whole_week, make_digest, make_digests, sentences_of
from customers.models import WeeklyDigest
from tests.customers.insight.shop import DAY, sell

pytestmark = pytest.mark.django_db
WEEK = DAY - timedelta(days=7)


@pytest.fixture
def digest():
    """Of a week with three orders, the first of the shop."""
    for days in (-7, -5, -1):
        sell(days=days)
    sell()
    refresh()
    return make_digest(WEEK)


def texts(digest, **options):
    return [sentence.text for sentence in sentences_of(digest, **options)]


def plant(digest, value, **more):
    """Write another value into the digest, as somebody might who has the database."""
    statements = copy.deepcopy(digest.statements)
    statements[0]["figures"]["orders"] |= {"value": value, **more}
    WeeklyDigest.objects.filter(pk=digest.pk).update(statements=statements)
    digest.refresh_from_db()


def test_a_week_is_told_from_monday_to_sunday(digest):
    assert texts(digest)[0] == "Revenue was £30, from 3 orders."


def test_a_digest_is_kept_as_it_was_when_records_change(digest):
    sell(days=-3)
    refresh()
    assert texts(digest)[0] == "Revenue was £30, from 3 orders."


def test_a_check_says_what_changed_since(digest, agent):
    sell(days=-3)
    refresh()
    assert sentences_of(digest, check=True)[0].changes == [("£30", "£40"), ("3", "4")]
    page = agent.get(f"/insight/digests/{digest.pk}/?check=1").content.decode()
    assert "was £30, is now £40, for records changed" in page


def test_a_check_of_what_did_not_change_says_so(digest, agent):
    page = agent.get(f"/insight/digests/{digest.pk}/?check=1").content.decode()
    assert "Asked again just now: every number still holds." in page


def test_a_planted_number_is_not_shown_and_is_logged(digest, agent, caplog):
    plant(digest, 987)
    with caplog.at_level(logging.ERROR):
        page = agent.get(f"/insight/digests/{digest.pk}/").content.decode()
    assert "987" not in page
    assert "1 sentence is not shown" in page
    assert "orders is 987, and its query gives 3" in caplog.text


def test_a_planted_number_is_not_shown_with_a_seal_of_another_figure(digest):
    plant(digest, 987, seal=digest.statements[0]["figures"]["revenue"]["seal"])
    assert "987" not in " ".join(texts(digest))


def test_a_digest_outlives_a_change_of_the_secret_key_where_its_numbers_hold(digest, settings):
    settings.SECRET_KEY = "another key, of the same length as any"
    assert texts(digest)[0] == "Revenue was £30, from 3 orders."


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"key": "revenue_alone", "figures": {"orders": {}}},
        {"key": "nothing", "figures": {}},
        {"key": "revenue_alone", "figures": 3},
    ],
)
def test_a_statement_that_makes_no_sense_is_not_shown(digest, stored):
    WeeklyDigest.objects.filter(pk=digest.pk).update(statements=[stored])
    digest.refresh_from_db()
    assert texts(digest) == []


def test_a_week_without_orders_has_no_digest(digest):
    assert make_digest(date(2020, 1, 6)) is None


def test_a_week_is_told_once(digest):
    assert make_digest(WEEK) == digest
    assert WeeklyDigest.objects.count() == 1


def test_an_imported_shop_is_told_up_to_its_last_whole_week(monkeypatch):
    sell(placed_at=timezone.now() - timedelta(days=400))
    last = timezone.localdate() - timedelta(days=400)
    assert last_whole_week() == last - timedelta(days=last.weekday() + 7)


def test_a_living_shop_is_told_on_the_monday_after_the_week(monkeypatch):
    sell(days=-1)  # Sunday
    monkeypatch.setattr(digests.timezone, "localdate", at(DAY))
    assert last_whole_week() == WEEK
    monkeypatch.setattr(digests.timezone, "localdate", at(DAY - timedelta(days=1)))
    assert last_whole_week() == WEEK - timedelta(days=7)


def at(today):
    """As `localdate`, on another day."""
    return lambda moment=None: today if moment is None else moment.date()


def test_the_first_time_the_weeks_before_are_told_too():
    for week in range(12):
        sell(days=-7 * week)
    made = make_digests()
    assert [digest.week_on for digest in made] == [
        DAY - timedelta(days=7 * n) for n in range(8, 0, -1)
    ]
    assert make_digests() == []


def test_digests_are_listed_with_their_first_sentence(digest, agent):
    page = agent.get("/insight/digests/").content.decode()
    assert "Week of Feb. 23, 2026" in page
    assert ">£30</a>, from" in page


def test_a_digest_names_the_api_its_figures(digest, agent):
    found = agent.get(f"/api/v1/insight/digests/{digest.pk}/").json()
    sentence = found["sentences"][0]
    assert sentence["text"] == "Revenue was £30, from 3 orders."
    figure = sentence["figures"]["orders"]
    assert (figure["query"], figure["column"], figure["value"]) == ("sales", "orders", 3)
    assert figure["rows"].startswith("/orders/?placed_since=2026-02-23")
    assert agent.get("/api/v1/insight/digests/").json()["results"][0]["id"] == digest.pk


def test_the_api_tells_sales_by_part(digest, agent):
    asked = f"?from={WEEK}&to={DAY}&grain=week"
    found = agent.get(f"/api/v1/insight/sales/{asked}").json()
    assert (found["currency"], found["grain"], found["source"]) == ("GBP", "week", None)
    parts = [(part["first"], part["orders"], part["revenue"]) for part in found["parts"]]
    assert parts == [("2026-02-23", 3, "30.0000"), ("2026-03-02", 1, "10.0000")]
    assert agent.post("/api/v1/insight/sales/", {}).status_code in (403, 405)


def test_strangers_get_nothing_of_the_api(client, digest):
    for address in ("/api/v1/insight/sales/", "/api/v1/insight/digests/"):
        assert client.get(address).status_code in (401, 403)
