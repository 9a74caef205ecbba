"""Many customers are edited at once, as one act that is undone as one."""

import pytest

from customers.journal.undo import undo
from customers.lists import bulk
from customers.lists.jobs import carry_out, take_up
from customers.models import BulkEdit, Customer, CustomField, JournalEntry
from customers.views import exports
from tests.factories import CustomerFactory, UserFactory


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """How often workers were told that a job waits."""
    calls = []
    monkeypatch.setattr(exports.take_up_jobs, "delay", lambda: calls.append(1))
    return calls


def asked(client, action, value=None, query="", **rows):
    said = {"action": action, **rows} | ({"confirmed": "1"} if value is not None else {})
    return client.post(f"/customers/bulk/?{query}", said | {"value": value or ""})


def undone(entry, by):
    entry.request_undo(by=by)
    undo(entry.pk)


def test_ticked_customers_get_a_tag_at_once_and_lose_it_by_undo(agent):
    one, two = CustomerFactory(tags=["old"]), CustomerFactory(tags=["vip"])
    kept = CustomerFactory()
    confirm = asked(agent, "add_tag", customer=[one.pk, two.pk])
    assert confirm.context["n"] == 2
    page = agent.get(asked(agent, "add_tag", "vip", customer=[one.pk, two.pk])["Location"])
    assert "What was changed, and undoing it" in page.content.decode()
    assert dict(Customer.objects.values_list("pk", "tags")) == {
        one.pk: ["old", "vip"], two.pk: ["vip"], kept.pk: [],
    }  # fmt: skip
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.by, entry.row_count) == ("bulk_edited", agent.user, 1)
    undone(entry, agent.user)
    one.refresh_from_db()
    assert one.tags == ["old"]


@pytest.mark.parametrize(
    ("action", "value", "column", "kept"),
    [
        ("remove_tag", "trade", "tags", []),
        ("country", "France", "country", "France"),
        ("company", "Acme", "company", "Acme"),
        ("consent", "false", "marketing_consent", False),
        ("custom_size", "M", "custom", {"size": "M", "old": 1}),
    ],
)
def test_what_can_be_done(agent, action, value, column, kept):
    CustomField.objects.create(
        record="customer", key="size", name="Size", type="choice", choices=["M"]
    )
    customer = CustomerFactory(tags=["trade"], custom={"old": 1})
    asked(agent, action, value, customer=[customer.pk])
    customer.refresh_from_db()
    assert getattr(customer, column) == kept
    assert BulkEdit.objects.get().status == "done"


def test_a_custom_field_is_emptied(agent):
    CustomField.objects.create(record="customer", key="size", name="Size", type="text")
    customer = CustomerFactory(custom={"size": "M", "old": 1})
    asked(agent, "custom_size", "", customer=[customer.pk])
    customer.refresh_from_db()
    assert customer.custom == {"old": 1}


def test_all_that_match_are_left_to_a_worker_with_progress_from_a_thousand_on(
    agent, rung, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("customers.views.bulk_edits.AT_ONCE", 2)
    for country in ("Italy", "Italy", "Italy", "Spain"):
        CustomerFactory(country=country)
    with django_capture_on_commit_callbacks(execute=True):
        answer = asked(agent, "city", "Rome", "country=Italy&page=7", all="1")
    assert rung == [1]
    assert b"every 1s" in agent.get(answer["Location"]).content
    assert take_up() == 1
    assert b"every 1s" not in agent.get(answer["Location"]).content
    assert Customer.objects.filter(city="Rome").count() == 3


def test_a_worker_that_takes_over_goes_on_where_it_was(agent, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)
    customers = [CustomerFactory() for _ in range(5)]
    edit = BulkEdit.objects.create(action="city", value="Rome", created_by=agent.user)
    really, done = bulk._edit_chunk, []

    def dies_at_the_second(*args):
        if done:
            raise MemoryError
        done.append(1)
        really(*args)

    monkeypatch.setattr(bulk, "_edit_chunk", dies_at_the_second)
    carry_out(BulkEdit, edit.pk)
    BulkEdit.objects.update(status="running")  # as a killed worker leaves it
    monkeypatch.setattr(bulk, "_edit_chunk", really)
    carry_out(BulkEdit, edit.pk)
    edit.refresh_from_db()
    assert (edit.status, edit.row_count) == ("done", 5)
    assert Customer.objects.filter(city="Rome").count() == 5
    entry = JournalEntry.objects.get()
    assert entry.row_count == 5
    undone(entry, agent.user)
    assert Customer.objects.filter(city="").count() == len(customers)


def test_a_cancelled_edit_stops_between_chunks_and_keeps_its_journal(agent, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)
    for _ in range(5):
        CustomerFactory()
    edit = BulkEdit.objects.create(action="city", value="Rome", created_by=agent.user)
    really = bulk._edit_chunk

    def cancelled_meanwhile(*args):
        agent.post(f"/customers/bulk/{edit.pk}/cancel/")
        really(*args)

    monkeypatch.setattr(bulk, "_edit_chunk", cancelled_meanwhile)
    carry_out(BulkEdit, edit.pk)
    edit.refresh_from_db()
    assert (edit.status, edit.row_count) == ("cancelled", 2)
    assert JournalEntry.objects.get().row_count == 2


@pytest.mark.parametrize("query", ["spent_min=x", "segment=nobody", "audience=99"])
def test_a_filter_that_makes_no_sense_never_means_all(agent, query):
    customer = CustomerFactory(city="Oslo")
    asked(agent, "city", "Rome", query, all="1")
    customer.refresh_from_db()
    assert customer.city == "Oslo"
    assert not BulkEdit.objects.exists()


@pytest.mark.parametrize("said", [{}, {"customer": "x"}, {"customer": "9", "action": "drop"}])
def test_nothing_ticked_or_nothing_chosen_is_told(agent, said):
    CustomerFactory()
    answer = agent.post(
        "/customers/bulk/", {"action": "city", "confirmed": "1"} | said, follow=True
    )
    assert "Tick customers" in answer.content.decode()
    assert not BulkEdit.objects.exists()


def test_an_agent_does_not_see_anothers_edit(agent):
    edit = BulkEdit.objects.create(action="city", created_by=UserFactory())
    assert agent.get(f"/customers/bulk/{edit.pk}/").status_code == 404
