"""The journal's pages: what was done, its rows, and undoing it."""

import pytest

from customers.journal.recording import recorded
from customers.journal.undo import undo_all_asked
from customers.models import AutomaticLabel, Customer, JournalEntry, Ticket
from customers.models.automation import Proposal
from customers.views import journal as pages
from tests.factories import CustomerFactory, TicketFactory, UserFactory

BULK = JournalEntry.Kind.BULK_EDITED

ARROW = '<span class="arrow" aria-hidden="true">→</span>'


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """How often workers were told of something to undo."""
    calls = []
    monkeypatch.setattr(pages.undo_what_was_asked, "delay", lambda: calls.append(1))
    return calls


@pytest.fixture
def manager(client, db):
    client.user = UserFactory(role="manager")
    client.force_login(client.user)
    return client


def edited(by, n=1, **columns):
    rows = Customer.objects.filter(pk__in=[CustomerFactory().pk for _ in range(n)])
    with recorded(BULK, by=by) as journal, journal.watching(rows, *columns):
        rows.update(**columns)
    return journal.entry


def address(entry, part=""):
    return f"/journal/{entry.pk}/{part}"


def test_the_list_tells_in_words_what_was_done_and_by_whom(agent):
    edited(agent.user, n=2, country="France")
    with recorded(JournalEntry.Kind.EDITED, by=None) as journal:
        journal.made(Customer.objects.filter(pk=CustomerFactory().pk))
    page = agent.get("/journal/").content.decode()
    assert "2 customers changed: country" in page
    assert "1 customer created" in page
    assert "a rule" in page


def test_the_list_is_narrowed_to_a_kind_and_a_person(agent):
    mine, other = edited(agent.user, country="France"), edited(UserFactory(), city="Rome")
    found = agent.get("/journal/", {"by": agent.user.pk}).context["page"].object_list
    assert list(found) == [mine]
    assert not agent.get("/journal/", {"kind": "merged"}).context["page"].object_list
    assert other in agent.get("/journal/", {"kind": BULK}).context["page"].object_list


def test_the_lists_queries_do_not_grow_with_its_rows(agent, django_assert_max_num_queries):
    for _ in range(12):
        edited(UserFactory(), country="France")
    with django_assert_max_num_queries(12):
        agent.get("/journal/")


def test_an_entry_shows_each_row_before_and_after_fifty_a_page(agent):
    entry = edited(agent.user, n=51, country="France")
    first = agent.get(address(entry)).content.decode()
    assert first.count(f"<del>United Kingdom</del> {ARROW} <ins>France</ins>") == 50
    second = agent.get(address(entry), {"page": 2})
    [row] = second.context["page"].object_list
    assert (row.noun, row.columns[0].name, row.columns[0].after) == (
        "customer",
        "country",
        "France",
    )
    assert row.address.startswith("/customers/")


def test_who_did_it_has_it_undone_by_a_worker_and_sees_what_was_left(
    agent, rung, django_capture_on_commit_callbacks
):
    entry = edited(agent.user, n=2, country="France")
    changed = Customer.objects.first()
    Customer.objects.filter(pk=changed.pk).update(country="Spain")
    with django_capture_on_commit_callbacks(execute=True):
        agent.post(address(entry, "undo/"))
    assert rung == [1]
    assert b"every 1s" in agent.get(address(entry)).content
    undo_all_asked()
    fragment = agent.get(address(entry, "progress/")).content.decode()
    assert "every 1s" not in fragment
    assert "1 row is as it was before." in fragment
    assert f"{changed}</a>: changed since" in fragment
    assert sorted(Customer.objects.values_list("country", flat=True)) == ["Spain", "United Kingdom"]


def test_an_agent_may_not_undo_what_another_did_and_a_manager_may(agent, client):
    entry = edited(UserFactory(), country="France")
    assert agent.post(address(entry, "undo/")).status_code == 403
    assert b"Yes, undo" not in agent.get(address(entry)).content
    assert not JournalEntry.objects.to_undo()
    client.force_login(UserFactory(role="manager"))
    client.post(address(entry, "undo/"))
    assert JournalEntry.objects.to_undo().get() == entry


def labelled(*tickets):
    AutomaticLabel.objects.put(
        "intent", [Proposal(ticket.pk, "get_refund", 0.97, 0.7, "ab" * 32) for ticket in tickets]
    )
    return JournalEntry.objects.get(kind=JournalEntry.Kind.LABELLED)


def test_automatic_labels_are_one_entry_a_batch_and_undone_as_labels(manager):
    entry = labelled(TicketFactory(), TicketFactory())
    assert entry.row_count == 2
    manager.post(address(entry, "undo/"))
    undo_all_asked()
    assert set(Ticket.objects.values_list("intent", "intent_set_automatically")) == {(None, False)}
    outcomes = AutomaticLabel.objects.values_list("outcome", "settled_by")
    assert set(outcomes) == {("undone", manager.user.pk)}


def test_a_label_that_was_taken_back_or_decided_since_is_left_by_the_journal(manager):
    taken_back, decided = TicketFactory(), TicketFactory()
    entry = labelled(taken_back, decided)
    taken_back.automatic_labels.all().undo(by=manager.user)
    decided.refresh_from_db()
    decided.set_intent(decided.intent, by=manager.user)
    manager.post(address(entry, "undo/"))
    undo_all_asked()
    entry.refresh_from_db()
    assert (entry.undone_count, entry.left_count) == (0, 2)
    assert AutomaticLabel.objects.get(ticket=decided).outcome == "confirmed"
    decided.refresh_from_db()
    assert decided.intent_id == "get_refund"
