"""Staff edit customers, their addresses, notes and tasks; each act is in the journal."""

import pytest
from django.utils import timezone

from customers.journal.undo import undo
from customers.models import ContactPoint, Customer, CustomerNote, JournalEntry, Task
from tests.factories import CustomerFactory, TicketFactory, UserFactory


def typed(agent, customer=None, **changed):
    """What the form holds for a customer, with some of it changed."""
    address = f"/customers/{customer.pk}/edit/" if customer else "/customers/new/"
    form = agent.get(address).context["form"]
    said = {name: form[name].value() for name in form.fields}
    said = {name: "" if value is None else value for name, value in said.items()}
    said["marketing_consent"] = said["marketing_consent"] or "unknown"
    return address, said | changed


def test_a_new_customer_is_made_and_the_making_is_undone(agent):
    address, said = typed(agent, name="Ada King", tags="vip, trade,VIP", email="ada@example.com")
    agent.post(address, said)
    customer = Customer.objects.get()
    assert (customer.name, customer.tags) == ("Ada King", ["VIP", "trade"])
    entry = JournalEntry.objects.get()
    assert entry.by == agent.user
    entry.request_undo(by=agent.user)
    undo(entry.pk)
    assert not Customer.objects.exists()


def test_somebody_whom_nothing_tells_is_refused(agent):
    page = agent.post(*typed(agent, city="Rome"))
    assert page.status_code == 422
    assert "Give a name, an e-mail" in page.content.decode()
    assert 'value="Rome"' in page.content.decode()
    assert not Customer.objects.exists()


def test_an_edit_writes_what_changed_and_names_it_in_the_journal(agent):
    customer = CustomerFactory(phone="1", city="Rome")
    agent.post(*typed(agent, customer, city="Turin"))
    customer.refresh_from_db()
    assert (customer.city, customer.phone) == ("Turin", "1")
    change = JournalEntry.objects.get().changes.get()
    assert change.rows() == [(customer.pk, {"city": "Rome"}, {"city": "Turin"})]


def test_who_saves_over_another_is_told_keeps_the_words_and_may_insist(agent):
    customer = CustomerFactory(city="Rome")
    address, said = typed(agent, customer, city="Turin")
    with_other = Customer.objects.get(pk=customer.pk)
    with_other.city = "Milan"
    with_other.save()
    refused = agent.post(address, said)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "changed this meanwhile" in page
    assert 'value="Turin"' in page
    customer.refresh_from_db()
    assert customer.city == "Milan"
    form = refused.context["form"]
    agent.post(address, said | {"seen_at": form["seen_at"].value()})
    customer.refresh_from_db()
    assert customer.city == "Turin"


def test_a_further_address_is_checked_added_and_taken_away(agent):
    customer = CustomerFactory(email="ada@example.com")
    address = f"/customers/{customer.pk}/contacts/"
    for value, said in (("nobody", "valid email"), ("ADA@example.com", "has it already")):
        page = agent.post(address, {"kind": "email", "value": value})
        assert page.status_code == 422
        assert said in page.content.decode()
    agent.post(address, {"kind": "email", "value": "work@example.com", "label": "work"})
    point = ContactPoint.objects.get()
    assert "work@example.com" in agent.get(f"/customers/{customer.pk}/").content.decode()
    agent.post(f"/customers/contacts/{point.pk}/", {"do": "remove"})
    assert not ContactPoint.objects.exists()
    assert JournalEntry.objects.about(point).count() == 2


def test_notes_are_dated_pinned_and_only_changed_by_their_writer(agent, client):
    customer = CustomerFactory()
    agent.post(f"/customers/{customer.pk}/notes/", {"body": "Prefers calls."})
    note = CustomerNote.objects.get()
    assert note.by == agent.user
    agent.post(f"/customers/notes/{note.pk}/", {"do": "pin"})
    assert agent.get(f"/customers/{customer.pk}/").content.decode().count("Prefers calls.") == 2
    client.force_login(UserFactory())
    assert client.post(f"/customers/notes/{note.pk}/edit/", {"body": "No."}).status_code == 403
    assert client.post(f"/customers/notes/{note.pk}/", {"do": "delete"}).status_code == 403
    note.refresh_from_db()
    assert note.body == "Prefers calls."


def test_a_task_is_made_for_a_customer_shown_when_overdue_and_done(agent):
    customer = CustomerFactory()
    day = timezone.localdate() - timezone.timedelta(days=1)
    said = {"title": "Call back", "due_on": day.isoformat(), "assignee": agent.user.pk}
    agent.post(f"/tasks/new/?customer={customer.pk}", said)
    task = Task.objects.get()
    assert (task.customer, task.created_by) == (customer, agent.user)
    assert "1 task of mine is overdue." in agent.get("/tasks/").content.decode()
    agent.post(f"/tasks/{task.pk}/change/", {"do": "done"})
    task.refresh_from_db()
    assert task.done_by == agent.user
    assert "Call back" not in agent.get("/tasks/").content.decode()
    assert "Call back" in agent.get("/tasks/", {"part": "done"}).content.decode()


def test_my_tasks_are_mine_by_day_and_without_one_last(agent):
    mine = [Task.objects.create(title=f"T{n}", assignee=agent.user, due_on=day) for n, day in
            enumerate((None, "2026-03-05", "2026-03-01"))]  # fmt: skip
    Task.objects.create(title="Theirs", assignee=UserFactory(), ticket=TicketFactory())
    assert list(agent.get("/tasks/").context["page"]) == [mine[2], mine[1], mine[0]]
    assert len(agent.get("/tasks/", {"part": "all"}).context["page"]) == 4


def test_what_is_not_there_is_not_found(agent):
    for address in ("/tasks/new/?customer=99", "/tasks/new/?ticket=x", "/tasks/9/"):
        assert agent.get(address).status_code == 404


@pytest.mark.parametrize("title", ["", "x" * 201])
def test_a_task_needs_a_short_title(agent, title):
    assert agent.post("/tasks/new/", {"title": title}).status_code == 422
    assert not Task.objects.exists()
