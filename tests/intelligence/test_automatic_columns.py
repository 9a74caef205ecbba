"""Priorities and segments that are set inside their error budgets, and what undoing restores."""

import hashlib

import pytest

from customers.models import AutomaticLabel, Customer, ErrorBudget, ModelVersion
from customers.models.automated_columns import AUTOMATED
from customers.models.automation import Proposal
from intelligence import loaded
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.error_budgets import derive_when_due, serving_cards
from intelligence.models import Prediction
from tests.factories import ErrorBudgetFactory, TicketFactory, UserFactory
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

VERSION = hashlib.sha256(b"priority").hexdigest()


@pytest.fixture(autouse=True)
def engine(ledger, settings):
    """An engine that finds every ticket urgent, with 0.8."""
    path = "tests.intelligence.ledger_engine.load_with_priority"
    settings.ENGINES = settings.ENGINES | {"text": path}
    loaded.text_reader.cache_clear()


@pytest.fixture
def budget():
    return ErrorBudgetFactory(task="priority", model_version=VERSION, threshold=0.7)


def read_all():
    analyse_pending(KINDS["message"])


def read(**columns):
    """A ticket that was read."""
    ticket = TicketFactory(**columns)
    read_all()
    ticket.refresh_from_db()
    return ticket


def test_every_label_with_a_budget_has_a_column_and_no_other():
    assert set(AUTOMATED) == set(ErrorBudget.Task.values) - {"answer"}


def test_inside_the_budget_the_priority_is_set_by_nobody_and_the_intent_is_not(budget):
    ticket = read()
    assert (ticket.priority, ticket.priority_set_by) == ("urgent", None)
    assert ticket.priority_set_automatically
    assert (ticket.intent, ticket.intent_set_automatically) == (None, False)
    label = ticket.automatic_labels.get()
    assert (label.task, label.label, label.row) == ("priority", "urgent", ticket)


def test_a_priority_that_came_with_the_ticket_is_never_overwritten(budget):
    ticket = read(priority="low")
    assert (ticket.priority, ticket.suggested_priority) == ("low", "urgent")
    assert not AutomaticLabel.objects.exists()


def test_a_normal_priority_that_staff_chose_is_never_overwritten(budget):
    ticket, agent = TicketFactory(), UserFactory()
    ticket.set_priority("normal", by=agent)
    read_all()
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_set_by) == ("normal", agent)


def test_undone_puts_the_normal_priority_back_and_this_version_never_returns(budget):
    ticket = read()
    assert ticket.automatic_labels.all().undo(by=UserFactory()) == 1
    ticket.messages.request_analysis()
    read_all()
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_set_at) == ("normal", None)
    assert AutomaticLabel.objects.get().outcome == "undone"


@pytest.mark.parametrize(("said", "outcome"), [("urgent", "confirmed"), ("low", "corrected")])
def test_staff_confirm_or_correct_a_priority(budget, said, outcome):
    ticket = read()
    ticket.set_priority(said, by=UserFactory())
    assert AutomaticLabel.objects.get().outcome == outcome
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_set_automatically) == (said, False)


def test_with_the_written_rows_alone_the_budget_says_how_many_are_wanting():
    assert derive_when_due() == ["intent", "priority", "segment"]
    budget = ErrorBudget.objects.get(task="priority")
    assert (budget.rows, budget.own_rows, budget.threshold) == (70, 0, None)
    assert budget.error == ""
    segments = ErrorBudget.objects.get(task="segment")
    assert (segments.rows, segments.more_rows) == (0, 144)


def test_enough_priorities_that_staff_decided_alone_decide_and_open_tickets_follow(budget):
    ErrorBudget.objects.update(derived_at=None, threshold=None)
    waiting, agent = TicketFactory(), UserFactory()
    for _ in range(150):
        ticket = TicketFactory()
        ticket.set_priority("urgent", by=agent)
    read_all()
    ModelVersion.objects.update(source="shipped")
    derive_when_due()
    budget.refresh_from_db()
    assert (budget.threshold, budget.rows, budget.own_rows) == (0.8, 150, 150)
    waiting.refresh_from_db()
    assert (waiting.priority, waiting.priority_set_automatically) == ("urgent", True)
    assert AutomaticLabel.objects.count() == 1


def test_a_task_that_no_model_serves_has_no_budget_to_derive(settings):
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.ledger_engine.load"}
    loaded.text_reader.cache_clear()
    assert "priority" not in serving_cards()


def test_segments_of_customers_follow_their_budget_as_they_are_read():
    card = loaded.segment_engine().card
    ErrorBudgetFactory(task="segment", model_version=card.sha256, threshold=0.0)
    shop.customers_who_keep_to(shop.stock("kitchen"))
    customer, decided = Customer.objects.order_by("pk")[:2]
    agent = UserFactory()
    decided.set_segment(None, by=agent)
    analyse_pending(KINDS["customer"])
    customer.refresh_from_db()
    decided.refresh_from_db()
    said = Prediction.objects.get(task="segment", object_id=customer.pk).output
    assert not said["abstained"]
    assert (customer.segment_id, customer.segment_set_automatically) == (said["label"], True)
    assert customer.segment_set_by is None
    assert decided.segment is None
    assert customer.automatic_labels.all().undo(by=agent) == 1
    assert Customer.objects.get(pk=customer.pk).segment is None


def test_labels_of_two_tasks_stand_on_one_ticket():
    ticket = TicketFactory()
    for task, label in (("intent", "get_refund"), ("priority", "high")):
        AutomaticLabel.objects.put(task, [Proposal(ticket.pk, label, 0.9, 0.7, VERSION)])
    ticket.refresh_from_db()
    assert (ticket.intent_id, ticket.priority) == ("get_refund", "high")
    assert ticket.automatic_labels.standing().count() == 2
