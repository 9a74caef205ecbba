"""Rules are applied after the commit and the reading, once, journalled, and never in circles."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.journal.undo import undo
from customers.models import (
    Draft,
    JournalEntry,
    Message,
    Notice,
    RuleDue,
    RuleRun,
    Ticket,
)
from customers.rules.dry_run import dry_run
from customers.rules.run import (
    MOST_AN_HOUR,
    apply_pending,
    apply_rules_to,
    apply_timed,
    forget_old_runs,
)
from customers.signals import rows_read
from tests.factories import MacroFactory, TeamFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db
OPEN = ("status", "any_of", ["open"])


def read_all():
    Message.objects.update(analysed_at=timezone.now())


def outcomes():
    return list(RuleRun.objects.order_by("pk").values_list("rule__name", "outcome"))


def test_a_new_ticket_waits_until_models_have_read_it(rule, monkeypatch):
    rule(OPEN)
    rung = []
    monkeypatch.setattr("customers.rules.receivers.apply_rules.delay", lambda: rung.append(1))
    ticket = TicketFactory()
    assert apply_pending() == 0
    read_all()
    assert apply_pending() == 1
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.version) == (["done"], 2)
    assert apply_pending() == 0
    assert outcomes() == [("Rule 1", "applied")]


def test_where_no_models_read_the_rules_do_not_wait_for_ever(rule):
    rule(OPEN)
    TicketFactory()
    RuleDue.objects.update(asked_at=timezone.now() - timedelta(minutes=3))
    assert apply_pending() == 1


def test_workers_are_rung_for_what_waits_alone(
    rule, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("customers.rules.receivers.apply_rules.delay", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        ticket = TicketFactory()
        rows_read.send(sender=Ticket, pks=[ticket.pk])
    assert rung == []
    rule(OPEN)
    with django_capture_on_commit_callbacks(execute=True):
        ticket = TicketFactory()
    assert rung == [1]
    with django_capture_on_commit_callbacks(execute=True):
        rows_read.send(sender=Ticket, pks=[ticket.pk])
    assert rung == [1, 1]


def test_one_application_is_one_entry_by_nobody_that_is_undone_as_a_whole(rule):
    team = TeamFactory()
    actions = [
        ("team", team.pk), ("priority", "high"), ("add_tags", "Big, lamp"), ("note", "Look."),
    ]  # fmt: skip
    made = rule(OPEN, actions=actions, name="Big lamps")
    ticket = TicketFactory(tags=["lamp"])
    [run] = apply_rules_to(ticket.pk, "created")

    ticket.refresh_from_db()
    assert (ticket.team, ticket.priority, ticket.tags) == (team, "high", ["big", "lamp"])
    assert ticket.is_priority_decided
    note = ticket.messages.get(is_internal=True)
    assert (note.body, note.author_kind, note.author) == ("Look.", "system", None)
    entry = run.entry
    assert (entry.kind, entry.by, entry.note) == ("rule_applied", None, "Big lamps")
    assert list(JournalEntry.objects.about(ticket)) == [entry]
    made.refresh_from_db()
    assert made.applied_count == 1

    entry.request_undo(by=UserFactory())
    undo(entry.pk)
    ticket.refresh_from_db()
    assert (ticket.team, ticket.priority, ticket.tags) == (None, "normal", ["lamp"])
    assert not ticket.messages.filter(is_internal=True).exists()


def test_what_is_not_met_is_logged_with_the_condition_that_failed(rule):
    rule(OPEN, ("channel", "any_of", ["phone"]))
    ticket = TicketFactory()
    [run] = apply_rules_to(ticket.pk, "created")
    assert run.outcome == "not_met"
    assert run.failed == [{"field": "channel", "operator": "any_of", "value": ["phone"]}]
    assert run.entry is None
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.version) == ([], 1)


def test_rules_go_in_their_order_see_what_went_before_and_stop(rule):
    rule(("tags", "any_of", ["first"]), position=2, name="second", stops=True)
    rule(OPEN, actions=[("add_tags", "first")], position=1, name="first")
    rule(OPEN, position=3, name="third")
    rule(OPEN, position=0, name="off", is_on=False)
    ticket = TicketFactory()
    apply_rules_to(ticket.pk, "created")
    assert outcomes() == [("first", "applied"), ("second", "applied")]


def test_a_rule_is_not_asked_about_what_it_did_itself_and_others_are(rule):
    rule(OPEN, actions=[("add_tags", "a")], trigger="updated", name="A")
    rule(OPEN, actions=[("priority", "high")], trigger="updated", name="B", position=2)
    ticket = TicketFactory()
    read_all()
    ticket.set_status("pending")
    assert apply_pending() == 1
    assert outcomes() == [("A", "not_met"), ("B", "not_met")]

    RuleRun.objects.all().delete()
    ticket.set_status("open")
    while apply_pending():
        pass
    assert outcomes() == [("A", "applied"), ("B", "applied")]
    assert not RuleDue.objects.exists()


def test_two_rules_that_answer_each_other_come_to_an_end(rule):
    rule(OPEN, actions=[("status", "pending")], trigger="updated", name="to pending")
    rule(
        ("status", "any_of", ["pending"]), actions=[("status", "open")],
        trigger="updated", name="to open", position=0,
    )  # fmt: skip
    ticket = TicketFactory()
    read_all()
    ticket.set_status("open")
    rounds = 0
    while apply_pending():
        rounds += 1
    assert rounds == 2
    assert outcomes().count(("to pending", "applied")) == 1
    assert outcomes().count(("to open", "applied")) == 1


def test_rules_are_applied_to_a_ticket_so_often_an_hour(rule):
    rule(OPEN, actions=[("notify", UserFactory().pk)], trigger="updated")
    ticket = TicketFactory()
    for _count in range(MOST_AN_HOUR + 2):
        apply_rules_to(ticket.pk, "updated")
    assert outcomes().count(("Rule 1", "applied")) == MOST_AN_HOUR
    assert outcomes()[-1] == ("Rule 1", "capped")
    assert Notice.objects.count() == MOST_AN_HOUR


def test_a_reply_of_the_customer_is_an_occasion_and_the_first_message_is_not(rule):
    rule(OPEN, trigger="replied")
    ticket = TicketFactory()
    read_all()
    assert apply_pending() == 0
    ticket.add_message("An agent.", author_kind="agent")
    assert apply_pending() == 0
    ticket.add_message("More.", author_kind="customer")
    read_all()
    assert apply_pending() == 1
    ticket.refresh_from_db()
    assert ticket.tags == ["done"]


def test_a_macro_is_suggested_and_sent_only_where_the_rule_may(rule):
    macro = MacroFactory(body="Hello {{customer.name}}.")
    made = rule(OPEN, actions=[("reply", macro.pk)])
    ticket = TicketFactory(customer__name="Ann Lee")
    apply_rules_to(ticket.pk, "created")
    draft = Draft.objects.get()
    assert draft.text == "Hello Ann Lee."
    assert draft.is_on_offer
    assert ticket.messages.count() == 1

    made.may_send = True
    made.save()
    apply_rules_to(ticket.pk, "created")
    sent = ticket.messages.get(author_kind="agent")
    assert (sent.body, sent.author, sent.is_internal) == (draft.text, None, False)

    macro.body = "Order {{order.number}}."
    macro.save()
    apply_rules_to(ticket.pk, "created")
    assert ticket.messages.count() == 2  # a blank is left to fill in
    assert Draft.objects.filter(text="Order [order.number?].").exists()


def test_a_rule_whose_target_is_gone_does_nothing_at_all_and_says_so(rule):
    team = TeamFactory()
    rule(OPEN, actions=[("add_tags", "half"), ("team", team.pk)])
    team.delete()
    ticket = TicketFactory()
    [run] = apply_rules_to(ticket.pk, "created")
    assert (run.outcome, bool(run.detail)) == ("failed", True)
    ticket.refresh_from_db()
    assert ticket.tags == []


def test_what_a_person_decided_stays(rule):
    rule(OPEN, actions=[("priority", "low")])
    ticket = TicketFactory()
    ticket.set_priority("urgent", by=UserFactory())
    apply_rules_to(ticket.pk, "created")
    ticket.refresh_from_db()
    assert ticket.priority == "urgent"


def test_time_makes_a_rule_due_once_until_somebody_writes(rule):
    rule(
        ("message_age", "at_least", 48), ("status", "any_of", ["pending"]),
        actions=[("notify", UserFactory().pk)], trigger="time",
    )  # fmt: skip
    old = timezone.now() - timedelta(hours=49)
    ticket = TicketFactory(status="pending", last_message_at=old, opened_at=old)
    TicketFactory(status="pending", last_message_at=timezone.now())
    TicketFactory(status="closed", last_message_at=old)
    assert apply_timed() == 1
    assert apply_timed() == 0
    Ticket.objects.filter(pk=ticket.pk).update(last_message_at=timezone.now())
    assert apply_timed() == 0
    assert apply_timed(timezone.now() + timedelta(hours=50)) == 2


def test_a_dry_run_does_nothing_and_lists_what_would_be_met(rule):
    made = rule(("channel", "any_of", ["phone"]), is_on=False)
    phoned = TicketFactory(channel="phone")
    TicketFactory()
    found = dry_run(made.conditions, UserFactory())
    assert (found.asked, found.matched, found.tickets) == (2, 1, [phoned])
    assert not RuleRun.objects.exists()
    phoned.refresh_from_db()
    assert phoned.tags == []


def test_old_lines_of_the_log_go(rule):
    made = rule(OPEN)
    ticket = TicketFactory(body="")
    ages = [("not_met", 8), ("not_met", 6), ("applied", 8), ("applied", 500)]
    for outcome, days in ages:
        RuleRun.objects.create(
            rule=made, ticket=ticket, trigger="created", outcome=outcome,
            happened_at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
    assert forget_old_runs() == 2
    assert RuleRun.objects.count() == 2
