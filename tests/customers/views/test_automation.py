"""The automation page: budgets that managers set, and labels that staff take back."""

from decimal import Decimal

import pytest

from customers.models import AutomaticLabel, ErrorBudget
from customers.models.automation import Proposal
from customers.signals import job_requested
from tests.factories import CustomerFactory, ErrorBudgetFactory, TicketFactory, UserFactory

VERSION = "ab" * 32


@pytest.fixture
def manager(client, db):
    """A client that a manager is logged in with."""
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client


def labelled(label="get_refund", task="intent", row=None):
    """A ticket, or `row`, that was labelled automatically."""
    row = row or TicketFactory()
    AutomaticLabel.objects.put(task, [Proposal(row.pk, label, 0.97, 0.7, VERSION)])
    row.refresh_from_db()
    return row


def test_the_page_says_in_a_sentence_what_a_budget_allows(agent):
    ErrorBudgetFactory(max_error=Decimal("3.0"))
    page = agent.get("/automation/").content.decode()
    assert "With at most 3.0 % wrong, 60% of tickets would be labelled automatically." in page
    assert "1.0%" in page
    assert "/plots/error-budget/" in page


@pytest.mark.parametrize(
    ("more", "told"), [(33, "about 33 more labelled tickets"), (None, "it is wrong more often")]
)
def test_without_a_threshold_the_page_says_what_is_wanting(agent, more, told):
    ErrorBudgetFactory(threshold=None, share=None, expected_error=None, more_rows=more)
    assert told in agent.get("/automation/").content.decode()


def test_a_manager_sets_the_budget_and_rings_for_a_worker(
    manager, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, **named):
        heard.append((sender, named["pk"]))

    job_requested.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            manager.post("/automation/intent/", {"max_error": "2.5", "is_on": "on"})
    finally:
        job_requested.disconnect(listen)
    budget = ErrorBudget.objects.get()
    assert (budget.max_error, budget.is_on, budget.set_by) == (Decimal("2.5"), True, manager.user)
    assert budget.derived_at is None
    assert heard == [(ErrorBudget, budget.pk)]


def test_a_wrong_budget_is_refused_and_what_was_typed_stays(manager):
    answer = manager.post("/automation/intent/", {"max_error": "75", "is_on": "on"})
    assert answer.status_code == 422
    assert 'value="75"' in answer.content.decode()
    assert not ErrorBudget.objects.exists()


def test_an_agent_may_look_and_not_set(agent):
    assert "Managers set the budget." in agent.get("/automation/").content.decode()
    assert agent.post("/automation/intent/", {"max_error": "3"}).status_code == 403
    assert agent.post("/automation/undo/", {"since": "2026-01-01T00:00"}).status_code == 403
    assert not ErrorBudget.objects.exists()


def test_the_fragment_polls_only_while_a_worker_is_at_it(agent):
    budget = ErrorBudgetFactory()
    assert b"every 1s" not in agent.get("/automation/intent/").content
    budget.set(budget.max_error, is_on=True, by=agent.user)
    assert b"every 1s" in agent.get("/automation/intent/").content
    assert agent.get("/automation/weather/").status_code == 404


def test_the_realised_error_counts_what_staff_looked_at(agent):
    ErrorBudgetFactory()
    wrong, right, _standing = labelled(), labelled(), labelled()
    wrong.set_intent(None, by=agent.user)  # taken back says nothing of right and wrong
    right.set_intent(right.intent, by=agent.user)
    assert AutomaticLabel.objects.all().seen() == {"looked_at": 1, "corrected": 0}
    page = agent.get("/automation/").content.decode()
    assert "realised error: 0 of 1 that staff looked at" in page


def test_a_label_is_undone_from_the_list(agent):
    ticket = labelled()
    label = ticket.automatic_labels.get()
    agent.post(f"/automation/labels/{label.pk}/undo/")
    ticket.refresh_from_db()
    label.refresh_from_db()
    assert (ticket.intent, label.outcome, label.settled_by) == (None, "undone", agent.user)


def test_undoing_by_htmx_gives_the_row_alone(agent):
    label = labelled().automatic_labels.get()
    answer = agent.post(f"/automation/labels/{label.pk}/undo/", headers={"HX-Request": "true"})
    assert answer.content.strip().startswith(b"<tr>")
    assert b"undone" in answer.content


def test_a_manager_undoes_all_since_a_moment(manager):
    old, new = labelled(), labelled()
    old.automatic_labels.update(set_at="2026-03-01T12:00Z")
    new.automatic_labels.update(set_at="2026-03-03T12:00Z")
    manager.post("/automation/undo/", {"since": "2026-03-02T00:00"})
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.intent_id, new.intent_id) == ("get_refund", None)
    assert manager.post("/automation/undo/", {"since": "soon"}).status_code == 422


def test_a_ticket_shows_that_its_intent_is_automatic_and_takes_it_back(agent):
    ticket = labelled()
    ticket.messages.update(analysed_at="2026-03-02T12:00Z")
    for address in ("/tickets/", f"/tickets/{ticket.pk}/"):
        page = agent.get(address).content.decode()
        assert "automatic</span>" in page
        assert f"/automation/intent/{ticket.pk}/undo/" in page
    agent.post(f"/automation/intent/{ticket.pk}/undo/")
    ticket.refresh_from_db()
    assert (ticket.intent, ticket.intent_set_automatically) == (None, False)


def test_undoing_what_staff_decided_meanwhile_changes_nothing(agent):
    ticket = labelled()
    ticket.set_intent(ticket.intent, by=agent.user)
    agent.post(f"/automation/intent/{ticket.pk}/undo/")
    ticket.refresh_from_db()
    assert ticket.intent_id == "get_refund"


def test_the_plot_is_drawn_with_a_link_to_the_labels(agent):
    budget = ErrorBudgetFactory()
    rows = agent.get(f"/plots/error-budget/{budget.pk}.csv").content.decode()
    assert rows.splitlines()[0] == "share,error,bound,url"
    assert b"/automation/#labels" in agent.get(f"/plots/error-budget/{budget.pk}.svg").content


def test_each_task_has_its_own_budget_and_figures(agent):
    for task in ("intent", "priority", "segment"):
        ErrorBudgetFactory(task=task)
    labelled().set_priority("high", by=agent.user)  # says nothing of its intent
    labelled("urgent", "priority").set_priority("low", by=agent.user)
    labelled("loyal", "segment", CustomerFactory())
    answer = agent.get("/automation/")
    told = {
        one["budget"].task: (one["realised"], one["standing"]) for one in answer.context["budgets"]
    }
    assert told == {"intent": (None, 1), "priority": (1.0, 0), "segment": (None, 1)}
    page = answer.content.decode()
    assert "60% of customers would be labelled automatically" in page


def test_a_ticket_shows_that_its_priority_is_automatic_and_takes_it_back(agent):
    ticket = labelled("urgent", "priority")
    ticket.messages.update(analysed_at="2026-03-02T12:00Z")
    for address in ("/tickets/", f"/tickets/{ticket.pk}/"):
        page = agent.get(address).content.decode()
        assert "automatic</span>" in page
        assert f"/automation/priority/{ticket.pk}/undo/" in page
    answer = agent.post(f"/automation/priority/{ticket.pk}/undo/", {"next": "/tickets/?page=1"})
    assert answer.headers["Location"] == "/tickets/?page=1"
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_set_automatically) == ("normal", False)
    assert ticket.priority_set_at is None
    assert not ticket.is_priority_decided


def test_undoing_the_priority_leaves_an_automatic_intent_alone(agent):
    ticket = labelled("urgent", "priority", labelled())
    agent.post(f"/automation/priority/{ticket.pk}/undo/")
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.intent_id) == ("normal", "get_refund")
    assert [label.outcome for label in ticket.automatic_labels.order_by("pk")] == [
        "standing",
        "undone",
    ]


def test_a_customer_shows_that_the_segment_is_automatic_and_takes_it_back(agent):
    customer = labelled("loyal", "segment", CustomerFactory())
    for address in ("/customers/", f"/customers/{customer.pk}/"):
        assert f"/automation/segment/{customer.pk}/undo/" in agent.get(address).content.decode()
    answer = agent.post(f"/automation/segment/{customer.pk}/undo/", headers={"HX-Request": "true"})
    assert b"automatic" not in answer.content
    customer.refresh_from_db()
    assert (customer.segment, customer.segment_set_automatically) == (None, False)
    assert agent.post(f"/automation/weather/{customer.pk}/undo/").status_code == 404


def test_a_manager_undoes_one_task_and_leaves_the_others(manager):
    ticket = labelled("urgent", "priority", labelled())
    manager.post("/automation/undo/", {"since": "2026-01-01T00:00", "task": "priority"})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.intent_id) == ("normal", "get_refund")


def test_the_list_names_labels_of_every_task(agent):
    labelled("urgent", "priority")
    labelled("loyal", "segment", CustomerFactory(name="Ada"))
    page = agent.get("/automation/").content.decode()
    assert "Ada</a></td><td>Loyal " in page
    assert "</a></td><td>urgent " in page
