"""Error budgets on the road: derived by a worker, kept by what is read, overruled by staff."""

import pytest

from customers.models import AutomaticLabel, ErrorBudget, Intent, Message, ModelVersion, Ticket
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.error_budgets import derive_when_due
from intelligence.models import Prediction
from tests.factories import ErrorBudgetFactory, TicketFactory, UserFactory
from tests.intelligence.ledger_engine import LedgerReader

pytestmark = pytest.mark.django_db

MESSAGES = KINDS["message"]
VERSION = LedgerReader.versions["intent"].sha256  # says track_order with 0.8 of every ticket


def read_all():
    analyse_pending(MESSAGES)


def read_again(ticket):
    ticket.messages.request_analysis()
    read_all()
    ticket.refresh_from_db()


@pytest.fixture
def budget(ledger):
    """A budget in force for the engine of the tests."""
    return ErrorBudgetFactory(model_version=VERSION, threshold=0.7)


@pytest.fixture
def ticket(budget):
    row = TicketFactory()
    read_all()
    row.refresh_from_db()
    return row


def decided(n, intent, by):
    """Tickets that were read, and then decided by a person."""
    tickets = [TicketFactory() for _ in range(n)]
    read_all()
    for row in tickets:
        row.set_intent(Intent.objects.get(pk=intent), by=by)


def test_inside_the_budget_the_intent_is_set_by_nobody_and_logged(ticket):
    assert (ticket.intent_id, ticket.intent_set_by) == ("track_order", None)
    assert ticket.intent_set_automatically
    label = ticket.automatic_labels.get()
    assert (label.label, label.probability, label.threshold) == ("track_order", 0.8, 0.7)
    assert (label.model_version, label.outcome) == (VERSION, "standing")


@pytest.mark.parametrize(
    "columns",
    [{"is_on": False}, {"threshold": None}, {"threshold": 0.81}, {"model_version": "ee" * 32}],
    ids=["off", "no threshold", "below the threshold", "another model"],
)
def test_outside_the_budget_the_intent_stays_a_suggestion(budget, columns):
    ErrorBudget.objects.update(**columns)
    ticket = TicketFactory()
    read_all()
    ticket.refresh_from_db()
    assert (ticket.intent, ticket.suggested_intent_id) == (None, "track_order")
    assert not AutomaticLabel.objects.exists()


def test_a_budget_that_waits_to_be_derived_labels_nothing(budget):
    budget.set(budget.max_error, is_on=True, by=UserFactory())
    ticket = TicketFactory()
    read_all()
    ticket.refresh_from_db()
    assert ticket.intent is None


def test_a_retired_intent_is_not_set(budget):
    Intent.objects.filter(pk="track_order").update(is_active=False)
    ticket = TicketFactory()
    read_all()
    ticket.refresh_from_db()
    assert ticket.intent is None


def test_what_a_person_decided_is_never_touched(budget):
    ticket, agent = TicketFactory(), UserFactory()
    ticket.set_intent(Intent.objects.get(pk="complaint"), by=agent)
    read_again(ticket)
    assert (ticket.intent_id, ticket.intent_set_by) == ("complaint", agent)
    assert not AutomaticLabel.objects.exists()


def test_a_decision_that_was_taken_back_is_a_decision_too(budget):
    ticket = TicketFactory()
    ticket.set_intent(None, by=UserFactory())
    read_again(ticket)
    assert ticket.intent is None


@pytest.mark.parametrize(
    ("intent", "outcome"), [("track_order", "confirmed"), ("complaint", "corrected")]
)
def test_staff_confirm_or_correct_a_label_and_it_is_theirs_from_then_on(ticket, intent, outcome):
    agent = UserFactory()
    ticket.set_intent(Intent.objects.get(pk=intent), by=agent)
    read_again(ticket)
    assert (ticket.intent_id, ticket.intent_set_by) == (intent, agent)
    assert not ticket.intent_set_automatically
    label = AutomaticLabel.objects.get()
    assert (label.outcome, label.settled_by) == (outcome, agent)


def test_undone_is_undone_for_this_version_and_open_to_the_next(ticket, budget):
    agent = UserFactory()
    assert ticket.automatic_labels.all().undo(by=agent) == 1
    read_again(ticket)
    assert (ticket.intent, ticket.intent_set_at, ticket.intent_set_automatically) == (
        None,
        None,
        False,
    )
    label = AutomaticLabel.objects.get()
    assert (label.outcome, label.settled_by) == ("undone", agent)
    label.model_version = "ee" * 32
    label.save()
    read_again(ticket)
    assert ticket.intent_id == "track_order"


def test_reading_again_keeps_the_label_and_writes_no_second_one(ticket):
    read_again(ticket)
    assert ticket.intent_id == "track_order"
    assert AutomaticLabel.objects.count() == 1


def test_a_label_that_falls_out_of_the_budget_is_withdrawn(ticket, budget):
    ErrorBudget.objects.update(threshold=0.9)
    read_again(ticket)
    assert (ticket.intent, ticket.intent_set_automatically) == (None, False)
    assert AutomaticLabel.objects.get().outcome == "withdrawn"


def test_a_worker_makes_the_budget_and_says_what_is_wanting(ledger):
    assert derive_when_due() == ["intent", "segment"]
    budget = ErrorBudget.objects.get(task="intent")
    assert (budget.model_version, budget.is_on, budget.threshold) == (VERSION, False, None)
    assert budget.rows > 0
    assert budget.own_rows == 0
    assert derive_when_due() == []


def test_enough_decisions_of_staff_alone_decide_and_open_tickets_are_labelled(ledger):
    manager = UserFactory(role="manager")
    waiting = TicketFactory()
    decided(150, "track_order", manager)
    budget = ErrorBudgetFactory(derived_at=None, threshold=None, model_version="")
    derive_when_due()
    budget.refresh_from_db()
    assert (budget.threshold, budget.share, budget.expected_error) == (0.8, 1.0, 0.0)
    assert (budget.rows, budget.own_rows, budget.more_rows) == (150, 150, None)
    assert 0 < budget.error_bound <= 0.03
    waiting.refresh_from_db()
    assert (waiting.intent_id, waiting.intent_set_automatically) == ("track_order", True)
    assert AutomaticLabel.objects.count() == 1


def test_where_staff_decide_otherwise_too_often_no_threshold_stands(ledger):
    manager = UserFactory(role="manager")
    decided(120, "track_order", manager)
    decided(30, "complaint", manager)
    derive_when_due()
    budget = ErrorBudget.objects.get(task="intent")
    assert (budget.threshold, budget.more_rows) == (None, None)
    assert budget.curve == [
        {"threshold": 0.8, "share": 1.0, "error": 0.2, "bound": budget.curve[0]["bound"]}
    ]


def test_decisions_older_than_a_model_that_was_trained_here_are_no_held_out_rows(ledger):
    decided(3, "track_order", UserFactory())
    Ticket.objects.update(intent_set_at="2026-01-01T00:00Z")
    derive_when_due()
    assert ErrorBudget.objects.get(task="intent").own_rows == 0
    ModelVersion.objects.update(source="shipped")
    ErrorBudget.objects.update(derived_at=None)
    derive_when_due()
    assert ErrorBudget.objects.get(task="intent").own_rows == 3


def test_automatic_labels_are_no_decisions_to_derive_from(ticket):
    ErrorBudget.objects.update(derived_at=None)
    derive_when_due()
    assert ErrorBudget.objects.get(task="intent").own_rows == 0


def test_another_model_in_service_makes_the_budget_due(budget):
    ErrorBudget.objects.update(model_version="ee" * 32)
    assert "intent" in derive_when_due()
    assert ErrorBudget.objects.get(task="intent").model_version == VERSION


def test_a_budget_set_while_it_was_derived_stays_pending(budget):
    seen = ErrorBudget.objects.get()
    budget.set(budget.max_error, is_on=True, by=UserFactory())
    assert seen.keep(threshold=0.5) is False
    budget.refresh_from_db()
    assert (budget.derived_at, budget.threshold) == (None, 0.7)


def test_the_ledger_says_what_was_read_of_an_automatic_label(ticket):
    line = Prediction.objects.get(task="intent")
    assert line.object_id == Message.objects.get(ticket=ticket).pk
    assert Ticket.objects.get(pk=ticket.pk).intent_detail["model_version"] == VERSION
