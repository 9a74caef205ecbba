"""Who saw and changed what is noted, on every address that shows personal data."""

import pytest
from django.urls import NoReverseMatch, reverse

from customers.audit.routes import FIELDS, PERSONAL, SILENT
from customers.journal.recording import saved
from customers.models import AuditEntry, Export, JournalEntry
from tests.customers.admin.rows import MAKERS
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)
from tests.partners import calling
from tests.routes import screens

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarquux"
# of others than the customer: what they wrote, and how they are called
OWN_PAGES = ("portal-", "widget-", "rate")


@pytest.fixture
def manager(client):
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    AuditEntry.objects.filter(pk=-1)
    return client


def last():
    return AuditEntry.objects.latest("id")


def test_every_screen_says_whether_it_shows_personal_data():
    routes = {route.name for route in screens()}
    assert routes - set(PERSONAL) - SILENT == set(), (
        "say in customers/audit/routes.py what it shows"
    )
    assert set(PERSONAL) & SILENT == set()
    assert {shown.fields for shown in PERSONAL.values()} == FIELDS, "name them for translation"
    known = routes | {"set_language", "api-docs", "api-schema", "api-insight-sales"}
    assert (set(PERSONAL) | SILENT) - known == set(), "these addresses are gone"


def canaries():
    """A customer, and what belongs to them, that cannot be overlooked on a page; keys by kind."""
    customer = CustomerFactory(name=CANARY, email=f"{CANARY}@example.com")
    ticket = TicketFactory(customer=customer, subject=CANARY)
    rows = [
        customer,
        ticket,
        MessageFactory(ticket=ticket, body=CANARY, author_kind="customer"),
        OrderFactory(customer=customer, number=CANARY),
        ReviewFactory(customer=customer, title=CANARY, body=CANARY),
    ]
    return {row._meta.model_name: row.pk for row in rows}


def addresses(name, keys):
    """The addresses of a route: with the key of each row, where it takes one."""
    for key in {0, *keys.values()}:
        try:
            yield reverse(name, kwargs={"pk": key} if key else {})
        except NoReverseMatch:
            continue


def test_no_page_shows_a_customer_in_silence(manager):
    keys, silent = canaries(), []
    for route in screens():
        if route.name.startswith(OWN_PAGES) or route.name == "logout":
            continue
        for address in addresses(route.name, keys):
            before = last().pk if AuditEntry.objects.exists() else 0
            answer = manager.get(address)
            shows = not answer.streaming and CANARY in answer.content.decode(errors="replace")
            noted = AuditEntry.objects.filter(pk__gt=before, route=route.name).exists()
            if answer.status_code == 200 and not noted and (shows or route.name in PERSONAL):
                silent.append(address)
    assert silent == []
    assert AuditEntry.objects.filter(action="seen").count() > 30


@pytest.mark.parametrize("kind", ["customer", "order", "ticket", "review", "message"])
def test_the_admin_notes_lists_and_rows(client, kind):
    client.force_login(UserFactory(username="admin", is_staff=True, is_superuser=True))
    row = MAKERS[kind]()
    client.get(f"/admin/customers/{kind}/")
    assert (last().via, last().kind) == ("admin", kind)
    assert row.pk in last().pks
    client.get(f"/admin/customers/{kind}/{row.pk}/change/")
    assert (last().action, last().pks) == ("seen", [row.pk])
    count = AuditEntry.objects.count()
    client.get("/admin/customers/product/")
    assert AuditEntry.objects.count() == count


def test_the_api_notes_the_key_and_the_rows():
    one, other = CustomerFactory(), CustomerFactory()
    partner = calling()
    partner.get("/api/v1/customers/")
    entry = last()
    assert (entry.via, entry.action, entry.kind) == ("api", "seen", "customer")
    assert set(entry.pks) == {one.pk, other.pk}
    assert entry.key.owner == entry.actor == partner.user
    partner.get(f"/api/v1/customers/{one.pk}/")
    assert last().pks == [one.pk]
    partner.post("/api/v1/customers/", {"name": "Bob"}, format="json")
    assert (last().action, last().kind) == ("changed", "customer")
    count = AuditEntry.objects.count()
    partner.get("/api/v1/products/")
    partner.get("/api/v1/customers/999999/")
    assert AuditEntry.objects.count() == count


def test_a_list_on_a_screen_names_the_rows_it_showed(manager):
    shown = {CustomerFactory().pk for _ in range(3)}
    manager.get("/customers/")
    assert (last().route, last().kind, set(last().pks)) == ("customers", "customer", shown)
    assert last().actor_name == "manager"


def test_a_change_is_one_entry_that_names_the_journal(manager):
    customer = CustomerFactory(city="Oslo")
    page = manager.get(f"/customers/{customer.pk}/edit/")
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    AuditEntry.objects.count()
    before = last().pk
    manager.post(f"/customers/{customer.pk}/edit/", values | {"city": "Rome"})
    entry = AuditEntry.objects.get(pk__gt=before)
    assert (entry.action, entry.route, entry.pks) == ("changed", "customer-edit", [customer.pk])
    assert (entry.ledger, entry.ledger_pk) == ("journalentry", JournalEntry.objects.latest("id").pk)


def test_what_a_rule_does_is_noted_without_a_request():
    customer = CustomerFactory()
    customer.city = "Rome"
    saved(customer, ["city"], by=None)
    assert (last().via, last().actor, last().ledger) == ("worker", None, "journalentry")


def test_an_export_names_every_row_that_left(manager, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    keys = {CustomerFactory().pk for _ in range(3)}
    manager.post("/customers/export/", {"format": "csv"})
    export = Export.objects.get()
    export.__class__.objects.filter(pk=export.pk).update(columns=["email"])
    from customers.lists.exporting import write_file

    export.refresh_from_db()
    write_file(export)
    entry = AuditEntry.objects.get(ledger="export")
    assert (entry.action, entry.via, set(entry.pks)) == ("exported", "export", keys)
    assert (entry.actor, entry.ledger_pk) == (manager.user, export.pk)


def test_a_login_is_noted(client):
    UserFactory(username="ada", password="pbkdf2")
    user = UserFactory(username="bob")
    user.set_password("a long one 7")
    user.save()
    client.post("/login/", {"login": "bob", "password": "wrong"})
    assert not AuditEntry.objects.filter(action="logged_in").exists()
    client.post("/login/", {"login": "bob", "password": "a long one 7"})
    assert AuditEntry.objects.get(action="logged_in").actor == user


def test_a_manager_sees_who_looked_and_an_agent_does_not(manager, client):
    customer = CustomerFactory()
    ticket = TicketFactory(customer=customer)
    manager.get(f"/tickets/{ticket.pk}/")
    page = manager.get(f"/customers/{customer.pk}/audit/")
    assert [entry.route for entry in page.context["page"]] == ["ticket"]
    assert manager.get("/audit/?action=seen&kind=ticket").context["page"].object_list[0].pks == [
        ticket.pk
    ]
    client.force_login(UserFactory(username="agent"))
    assert client.get("/audit/").status_code == 403
    assert client.get(f"/customers/{customer.pk}/audit/").status_code == 403
