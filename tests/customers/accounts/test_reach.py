"""Roles reach their own, their teams' or all; leads undo what their teams did."""

import pytest

from customers.journal.recording import recorded
from customers.models import (
    ContactPoint,
    Customer,
    JournalEntry,
    Message,
    Order,
    Passage,
    RoleRule,
    Task,
    Team,
    Ticket,
    User,
)
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    TicketFactory,
    UserFactory,
)


@pytest.fixture
def shop(db):
    """Ann is in the front team with bob; one ticket is ann's, one bob's, one the back team's."""
    ann, bob = UserFactory(username="ann"), UserFactory(username="bob")
    front, back = Team.objects.create(name="front"), Team.objects.create(name="back")
    front.members.add(ann, bob)
    tickets = {
        "ann": TicketFactory(assignee=ann, team=None),
        "bob": TicketFactory(assignee=bob, team=front),
        "back": TicketFactory(team=back),
    }
    for ticket in tickets.values():
        MessageFactory(ticket=ticket)
        OrderFactory(customer=ticket.customer)
    return {
        "ann": ann,
        "bob": bob,
        "front": front,
        **{f"{k} ticket": t for k, t in tickets.items()},
    }


def set_rule(role="agent", **columns):
    RoleRule.objects.filter(pk=role).update(**columns)


def names(rows, shop, path):
    seen = set(rows.values_list(path, flat=True))
    return {name for name in ("ann", "bob", "back") if shop[f"{name} ticket"].pk in seen}


@pytest.mark.parametrize(
    ("reach", "seen"),
    [("own", {"ann"}), ("team", {"ann", "bob"}), ("all", {"ann", "bob", "back"})],
)
def test_a_role_reaches_tickets_and_all_that_hangs_on_them(shop, reach, seen):
    set_rule(tickets=reach, customers=reach)
    ann = User.objects.get(username="ann")
    assert names(Ticket.objects.visible_to(ann), shop, "pk") == seen
    assert names(Message.objects.visible_to(ann), shop, "ticket") == seen
    assert names(Customer.objects.visible_to(ann), shop, "tickets") == seen
    assert names(Order.objects.visible_to(ann), shop, "customer__tickets") == seen
    if reach != "all":
        assert not Passage.objects.visible_to(ann).filter(ticket=shop["back ticket"]).exists()


def test_customers_may_reach_further_than_tickets(shop):
    set_rule(tickets="own", customers="all")
    ann = User.objects.get(username="ann")
    assert names(Customer.objects.visible_to(ann), shop, "tickets") == {"ann", "bob", "back"}
    assert names(Ticket.objects.visible_to(ann), shop, "pk") == {"ann"}


def test_the_screen_refuses_customers_that_reach_less_far_than_tickets(client, db):
    client.force_login(UserFactory(role="admin"))
    answer = client.post("/roles/agent/", {"tickets": "all", "customers": "own"})
    assert answer.status_code == 422
    assert b"at least as far as tickets" in answer.content
    assert RoleRule.objects.get(pk="agent").customers == "all"


def test_of_two_roles_the_wider_holds(shop):
    set_rule(tickets="own", customers="own", hidden=["phone", "email"])
    set_rule("lead", tickets="team", customers="team", hidden=["phone"])
    shop["ann"].groups.add(*UserFactory(role="lead").groups.all())
    ann = User.objects.get(username="ann")
    assert (ann.rights.tickets, ann.rights.hidden) == ("team", frozenset({"phone"}))


def test_tasks_follow_their_ticket_then_their_customer_then_who_has_them(shop):
    set_rule(tickets="own", customers="own")
    ann, bob = User.objects.get(username="ann"), shop["bob"]
    for title, columns in {
        "foreign ticket": {"ticket": shop["back ticket"], "customer": shop["ann ticket"].customer},
        "my customer": {"customer": shop["ann ticket"].customer},
        "mine": {"assignee": ann, "ticket": shop["back ticket"]},
        "bob's": {"assignee": bob},
    }.items():
        Task.objects.create(title=title, **columns)
    seen = set(Task.objects.visible_to(ann).values_list("title", flat=True))
    assert seen == {"my customer", "mine"}


def test_a_lead_undoes_what_their_team_did_and_no_more(shop):
    lead, stranger = UserFactory(role="lead"), UserFactory()
    shop["front"].members.add(lead)
    assert lead.may_undo_acts_of(shop["bob"].pk)
    assert not lead.may_undo_acts_of(stranger.pk)
    assert not User.objects.get(username="ann").may_undo_acts_of(shop["bob"].pk)
    set_rule("lead", tickets="team", customers="team")
    for by in (shop["bob"], stranger):
        JournalEntry.objects.create(kind="edited", by=by)
    seen = JournalEntry.objects.visible_to(User.objects.get(pk=lead.pk))
    assert [entry.by for entry in seen] == [shop["bob"]]


def test_the_journal_does_not_tell_what_is_hidden(shop, client):
    customer = CustomerFactory(phone="+15550173219", country="Italy")
    number = ContactPoint.objects.create(customer=customer, kind="phone", value="+15550173220")
    with recorded(JournalEntry.Kind.BULK_EDITED, by=shop["ann"]) as journal:
        rows = Customer.objects.filter(pk=customer.pk)
        with journal.watching(rows, "phone", "country"):
            rows.update(phone="+15550173221", country="France")
        points = ContactPoint.objects.filter(pk=number.pk)
        with journal.watching(points, "value"):
            points.update(value="+15550173222")
    client.force_login(User.objects.get(username="ann"))
    page = f"/journal/{journal.entry.pk}/"
    assert b"5550173221" in client.get(page).content
    set_rule(hidden=["phone"])
    told = client.get(page).content
    assert b"555017" not in told
    assert b"not shown" in told
    assert b"France" in told


def test_whom_nobody_reaches_is_found_by_nobody(shop, client):
    set_rule(tickets="own", customers="own")
    stranger = CustomerFactory(name="Zebulon Quux", email="zeb@example.com")
    client.force_login(User.objects.get(username="ann"))
    assert client.get(f"/customers/{stranger.pk}/").status_code == 404
    assert b"Zebulon" not in client.get("/search/?q=zebulon").content.replace(b'"zebulon"', b"")
    assert client.get(f"/api/v1/customers/{stranger.pk}/").status_code == 404
