"""The screens of rules, service levels, hours and assignment, without JavaScript."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from customers.audiences.tree import rules_of
from customers.models import AgentProfile, BusinessHours, Rule, SlaPolicy
from customers.rules.run import apply_rules_to
from tests.factories import TicketFactory, UserFactory

pytestmark = pytest.mark.django_db

IF_OPEN = {
    "node": "r:0", "0-field": "status", "0-was": "status", "0-operator": "any_of",
    "0-value": "open", "-match": "all",
}  # fmt: skip
THEN_TAG = {"action": "0", "action-0-do": "add_tags", "action-0-was": "add_tags"}
THEN_TAG |= {"action-0-value": "seen"}
NAMED = {"name": "Tag open ones", "trigger": "created", "position": "1"}


def with_role(role):
    user = UserFactory()
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture
def manager(client):
    user = with_role("manager")
    client.force_login(user)
    return user


def test_a_rule_is_built_tried_saved_and_applied(client, manager):
    ticket = TicketFactory(subject="Where is it?")
    TicketFactory(status="solved")
    page = client.get(reverse("rule-new"))
    assert page.status_code == 200

    tried = client.post(reverse("rule-new"), {**NAMED, **IF_OPEN, **THEN_TAG, "do": "refresh"})
    assert tried.status_code == 200
    assert b"Where is it?" in tried.content
    assert "Of the latest 2 tickets 1 meets it" in tried.content.decode()
    assert not Rule.objects.exists()

    saved = client.post(reverse("rule-new"), {**NAMED, **IF_OPEN, **THEN_TAG, "do": "save"})
    assert saved.status_code == 302
    rule = Rule.objects.get()
    leaf = {"field": "status", "operator": "any_of", "value": ["open"]}
    assert rule.conditions == rules_of(leaf)
    assert rule.actions == [{"do": "add_tags", "value": "seen"}]
    assert (rule.is_on, rule.created_by) == (False, manager)

    client.post(reverse("rule-switch", args=[rule.pk]), {"on": "1"})
    apply_rules_to(ticket.pk, "created")
    ticket.refresh_from_db()
    assert ticket.tags == ["seen"]
    assert b"Tag open ones" in client.get(reverse("rules")).content


def test_what_is_wrong_is_told_and_what_was_typed_is_kept(client, manager):
    wrong = {**NAMED, **IF_OPEN, **THEN_TAG, "0-value": "", "action-0-value": "", "do": "save"}
    response = client.post(reverse("rule-new"), wrong)
    assert response.status_code == 422
    said = response.content.decode()
    assert "Choose at least one." in said
    assert "Give a text." in said
    assert "Tag open ones" in said
    assert not Rule.objects.exists()


def test_buttons_add_and_remove_conditions_and_actions(client, manager):
    typed = {**NAMED, **IF_OPEN, **THEN_TAG}
    more = client.post(reverse("rule-new"), {**typed, "do": "add-action"})
    assert len(more.context["action_rows"]) == 2
    assert more.context["action_rows"][0].value == "seen"
    less = client.post(reverse("rule-new"), {**typed, "do": "remove-action:0"})
    assert less.context["action_rows"] == []
    added = client.post(reverse("rule-new"), {**typed, "do": "add-rule:"})
    assert len(added.context["root"].rows) == 2
    none = client.post(reverse("rule-new"), {**typed, "do": "remove:0"})
    assert none.context["says_nothing"]
    other = client.post(reverse("rule-new"), {**typed, "action-0-do": "priority", "do": "refresh"})
    assert other.context["action_rows"][0].value == ""


def test_only_admins_let_a_rule_send(client, manager):
    typed = {**NAMED, **IF_OPEN, **THEN_TAG, "may_send": "on", "do": "save"}
    client.post(reverse("rule-new"), typed)
    assert not Rule.objects.get().may_send
    client.force_login(with_role("admin"))
    client.post(reverse("rule-edit", args=[Rule.objects.get().pk]), typed)
    assert Rule.objects.get().may_send


@pytest.mark.parametrize("name", ["rule-new", "service-level-new", "hours-new"])
def test_agents_read_and_do_not_change(client, name):
    client.force_login(with_role("agent"))
    assert client.get(reverse(name)).status_code == 403
    for page in ("rules", "rule-log", "service-levels", "assignment", "satisfaction"):
        assert client.get(reverse(page)).status_code == 200


def test_the_log_says_which_condition_was_not_met(client, manager, rule):
    rule(("channel", "any_of", ["phone"]), name="Phoned")
    apply_rules_to(TicketFactory().pk, "created")
    said = client.get(reverse("rule-log")).content.decode()
    assert "channel: is any of phone" in said
    assert "conditions not met" in said
    assert "Phoned" not in client.get(reverse("rule-log") + "?done=1").context["page"].object_list


def test_the_log_costs_few_queries_for_many_runs(
    client, manager, rule, django_assert_max_num_queries
):
    rule(("channel", "any_of", ["phone"]))
    for _count in range(8):
        apply_rules_to(TicketFactory(body="").pk, "created")
    with django_assert_max_num_queries(12):
        client.get(reverse("rule-log"))


def test_a_service_level_is_promised(client, manager):
    hours = BusinessHours.objects.create(name="Office")
    said = {
        "name": "Gold", "position": "1", "first_response_minutes": "60", "hours": hours.pk,
        "warning_minutes": "15", "applies_from_at": "2026-03-01T00:00", "is_active": "on",
        "-match": "all", "do": "save",
    }  # fmt: skip
    nothing = client.post(reverse("service-level-new"), said | {"first_response_minutes": ""})
    assert nothing.status_code == 422
    assert b"Promise at least one" in nothing.content
    assert client.post(reverse("service-level-new"), said).status_code == 302
    policy = SlaPolicy.objects.get()
    assert (policy.first_response_minutes, policy.hours) == (60, hours)
    ticket = TicketFactory()
    assert ticket.sla.policy == policy
    assert b"late" in client.get(reverse("ticket", args=[ticket.pk])).content
    assert client.post(reverse("hours-delete", args=[hours.pk])).status_code == 302
    assert BusinessHours.objects.exists()


def test_hours_are_written_as_people_write_them(client, manager):
    said = {"name": "Shop", "time_zone": "Europe/Berlin", "day_0": "9:00-12:00, 13:00-17:30"}
    said |= {"holidays": "2026-12-25 Christmas\n2026-12-26"}
    assert client.post(reverse("hours-new"), said).status_code == 302
    hours = BusinessHours.objects.get()
    assert hours.week == ["9:00-12:00, 13:00-17:30", "", "", "", "", "", ""]
    names = list(hours.holidays.values_list("name", flat=True))
    assert names == ["Christmas", ""]

    client.post(reverse("hours-edit", args=[hours.pk]), said | {"holidays": "2027-01-01 New Year"})
    assert [str(one) for one in hours.holidays.all()] == ["2027-01-01 New Year"]
    assert b"9:00-12:00" in client.get(reverse("service-levels")).content


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"time_zone": "Mars/Base"}, "no time zone"),
        ({"day_0": "nine to five"}, "are no hours such as"),
        ({"day_0": ""}, "at least one day"),
        ({"holidays": "Christmas"}, "does not begin with a date"),
        ({"holidays": "2026-02-30 None"}, "does not begin with a date"),
    ],
)
def test_hours_that_are_none_are_told(client, manager, wrong, told):
    said = {"name": "Shop", "time_zone": "UTC", "day_0": "9:00-17:00", "holidays": ""} | wrong
    response = client.post(reverse("hours-new"), said)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not BusinessHours.objects.exists()


def test_agents_say_that_they_are_away_and_managers_what_they_can(client, manager):
    client.post(reverse("assignment-away"), {"away": "1"})
    assert AgentProfile.objects.get(user=manager).is_away
    said = {"most_open": "5", "languages": "EN, de", "intents": ["get_refund"], "tags": "VIP"}
    assert client.post(reverse("assignment-agent", args=[manager.pk]), said).status_code == 302
    profile = AgentProfile.objects.get(user=manager)
    assert (profile.is_away, profile.most_open) == (False, 5)
    assert (profile.languages, profile.tags) == (["en", "de"], ["vip"])
    assert [intent.pk for intent in profile.intents.all()] == ["get_refund"]
    assert b"VIP" not in client.get(reverse("assignment")).content
