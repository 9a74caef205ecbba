"""The pages of alarms: listed, told, dismissed by one click and taken back."""

import re

import pytest
from django.utils import translation

from customers.models import Alarm
from tests.factories import (
    AlarmFactory,
    CustomerFactory,
    OrderFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(username="robin"))
    return client


def listed(client, query=""):
    return list(client.get(f"/alarms/{query}").context["page"].object_list)


def test_an_alarm_tells_its_figures_and_leads_to_product_and_rows(staff):
    orders = [OrderFactory() for _ in range(3)]
    alarm = AlarmFactory(row_pks=[order.pk for order in orders[:2]])
    page = staff.get("/alarms/").content.decode()
    assert f"{alarm.product} comes back more often" in page
    assert "9 returns (10 units) for 30 sales in 90 days: 30.0%, where 5.0% is usual" in page
    assert f'href="/products/{alarm.product_id}/"' in page
    assert f'href="/orders/?alarm={alarm.pk}"' in page
    shown = staff.get(alarm.rows_address).context["page"].object_list
    assert {order.pk for order in shown} == set(alarm.row_pks)


@pytest.mark.parametrize(
    ("rows_of", "make"),
    [
        ("customers", CustomerFactory),
        ("tickets", TicketFactory),
        ("reviews", ReviewFactory),
        ("orders", OrderFactory),
    ],
)
def test_each_list_narrows_to_the_rows_of_an_alarm(staff, rows_of, make):
    row, _other = make(), make()
    alarm = AlarmFactory(rows_of=rows_of, row_pks=[row.pk])
    shown = staff.get(f"/{rows_of}/?alarm={alarm.pk}").context["page"].object_list
    assert list(shown) == [row]
    other_list = "tickets" if rows_of != "tickets" else "reviews"
    assert not staff.get(f"/{other_list}/?alarm={alarm.pk}").context["filter"].form.is_valid()


def test_the_most_severe_comes_first_and_closed_ones_have_lists_of_their_own(staff):
    notice, urgent = AlarmFactory(severity=1), AlarmFactory(severity=3)
    gone = AlarmFactory(ended_at="2026-03-03T12:00Z")
    aside = AlarmFactory(dismissed_at="2026-03-03T12:00Z")
    assert listed(staff) == [urgent, notice]
    assert listed(staff, "?state=ended") == [gone]
    assert listed(staff, "?state=dismissed") == [aside]
    assert listed(staff, "?state=nonsense") == [urgent, notice]
    assert listed(staff, "?kind=churn") == []
    assert listed(staff, "?severity=3") == [urgent]


def test_home_shows_the_first_alarms_and_their_number(staff):
    for _ in range(7):
        AlarmFactory()
    context = staff.get("/").context
    assert (len(context["alarms"]), context["alarm_count"]) == (5, 7)


def test_one_click_dismisses_and_one_takes_it_back(staff):
    alarm = AlarmFactory()
    answer = staff.post(f"/alarms/{alarm.pk}/dismiss/", {"next": "/"})
    assert answer["Location"] == "/"
    alarm.refresh_from_db()
    assert (alarm.state, alarm.dismissed_by.username) == ("dismissed", "robin")
    answer = staff.post(f"/alarms/{alarm.pk}/undo/", headers={"HX-Request": "true"})
    assert b"Dismiss" in answer.content
    alarm.refresh_from_db()
    assert (alarm.state, alarm.dismissed_by) == ("open", None)


def test_a_click_by_htmx_answers_with_the_row(staff):
    alarm = AlarmFactory()
    answer = staff.post(f"/alarms/{alarm.pk}/dismiss/", headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith(f'<li id="alarm-{alarm.pk}"')
    assert b"dismissed by robin" in answer.content


def test_a_reason_is_kept_and_one_too_long_dismisses_nothing(staff):
    alarm = AlarmFactory()
    staff.post(f"/alarms/{alarm.pk}/dismiss/", {"reason": "x" * 201})
    alarm.refresh_from_db()
    assert alarm.state == "open"
    staff.post(f"/alarms/{alarm.pk}/dismiss/", {"reason": "known batch"})
    alarm.refresh_from_db()
    assert alarm.dismiss_reason == "known batch"


def test_nobody_is_led_to_another_site(staff):
    alarm = AlarmFactory()
    answer = staff.post(f"/alarms/{alarm.pk}/dismiss/", {"next": "https://example.org/"})
    assert answer["Location"] == "/alarms/"


def test_a_look_dismisses_nothing(staff):
    alarm = AlarmFactory()
    assert staff.get(f"/alarms/{alarm.pk}/dismiss/").status_code == 405
    assert Alarm.objects.get().state == "open"


@pytest.mark.parametrize("kind", Alarm.Kind.values)
def test_every_kind_is_told_even_without_its_figures(staff, kind):
    AlarmFactory(kind=kind, evidence={}, product=None, subject_name="Kettle")
    page = staff.get("/alarms/").content.decode()
    assert "Kettle" in page
    assert not re.search(r'href="/products/\d', page)


def test_an_aspect_is_told_in_the_readers_language(staff):
    AlarmFactory(kind="aspect", evidence={"aspect": "quality", "aspect_name": "Quality"})
    with translation.override("zh-hans"):
        expected = translation.gettext("Quality")
    page = staff.get("/alarms/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert expected in page


def test_strangers_see_no_alarms(client):
    AlarmFactory()
    assert client.get("/alarms/").status_code == 302
    assert client.get("/api/v1/alarms/").status_code in (401, 403)


def test_alarms_are_listed_and_dismissed_by_the_api(staff):
    alarm = AlarmFactory()
    (told,) = staff.get("/api/v1/alarms/?state=open").json()["results"]
    assert told["title"] == f"{alarm.product} comes back more often"
    assert (told["state"], told["evidence"]["returns"]) == ("open", 9)
    address = f"/api/v1/alarms/{alarm.pk}/dismiss/"
    answer = staff.post(address, {"reason": "known"}, content_type="application/json")
    told = answer.json()
    assert (told["state"], told["dismissed_by"], told["dismiss_reason"]) == (
        "dismissed",
        "robin",
        "known",
    )
    assert staff.get("/api/v1/alarms/?state=open").json()["results"] == []
    told = staff.post(f"/api/v1/alarms/{alarm.pk}/undo/").json()
    assert (told["state"], told["dismissed_by"]) == ("open", None)
