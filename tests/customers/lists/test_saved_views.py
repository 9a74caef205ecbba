"""Lists as somebody set them up: filters and columns, for oneself, a team or all."""

import pytest

from customers.models import CustomField, SavedView, Team
from tests.factories import CustomerFactory, UserFactory


def saved(client, name="Italians", query="country=Italy", **said):
    client.post(f"/views/customers/save/?{query}", {"name": name, "shared_with": "nobody"} | said)
    return SavedView.objects.filter(name=name).first()


def names(client):
    return [view.name for view, _address in client.get("/customers/").context["views"]]


def test_a_view_brings_its_filters_and_columns_back(agent):
    italian = CustomerFactory(country="Italy", phone="+39 06 1234")
    CustomerFactory()
    agent.post("/views/customers/columns/", {"column": ["phone"]})
    view = saved(agent, query="country=Italy&page=3")
    agent.post("/views/customers/columns/", {"column": ["email"]})
    [(_view, address)] = agent.get("/customers/").context["views"]
    page = agent.get(address)
    assert page.context["view"] == view
    assert list(page.context["page"]) == [italian]
    assert [column.key for column in page.context["columns"]] == ["phone"]
    assert "+39 06 1234" in page.content.decode()
    assert [column.key for column in agent.get("/customers/").context["columns"]] == ["email"]


def test_a_view_is_for_oneself_a_team_or_all(agent, client):
    team = Team.objects.create(name="Trade")
    team.members.add(agent.user)
    saved(agent, "Mine")
    saved(agent, "Team's", shared_with="team", team=team.pk)
    saved(agent, "All's", shared_with="all")
    assert sorted(names(agent)) == ["All's", "Mine", "Team's"]
    colleague, stranger = UserFactory(), UserFactory()
    team.members.add(colleague)
    client.force_login(colleague)
    assert sorted(names(client)) == ["All's", "Team's"]
    client.force_login(stranger)
    assert names(client) == ["All's"]
    assert client.get(f"/customers/?view={SavedView.objects.get(name='Mine').pk}").context[
        "view"
    ] is None  # fmt: skip


def test_only_its_owner_and_managers_change_a_view(agent, client):
    view = saved(agent, shared_with="all")
    client.force_login(UserFactory())
    assert client.post(f"/views/{view.pk}/", {"name": "x"}).status_code == 403
    assert client.post(f"/views/{view.pk}/delete/").status_code == 403
    client.force_login(UserFactory(role="manager"))
    client.post(f"/views/{view.pk}/?country=Spain", {"update": "1"})
    view.refresh_from_db()
    assert view.query == "country=Spain"
    client.post(f"/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("said", [{"name": ""}, {"shared_with": "team"}, {"shared_with": "x"}])
def test_what_is_missing_is_told_and_nothing_is_saved(agent, said):
    answer = agent.post("/views/customers/save/", {"name": "N", "shared_with": "nobody"} | said)
    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_the_same_name_twice_is_refused(agent):
    saved(agent, "Mine")
    page = agent.post("/views/customers/save/", {"name": "Mine", "shared_with": "nobody"})
    assert "You have a view of this name already." in page.content.decode()


@pytest.fixture
def size(db):
    return CustomField.objects.create(
        record="customer", key="size", name="Shirt size", type="multi", choices=["S", "M"]
    )


def test_a_custom_field_is_a_column_and_a_filter(agent, size):
    medium = CustomerFactory(custom={"size": ["S", "M"]})
    CustomerFactory(custom={"size": ["S"]})
    agent.post("/views/customers/columns/", {"column": ["custom_size"]})
    page = agent.get("/customers/?custom_size=M")
    assert list(page.context["page"]) == [medium]
    assert "Shirt size" in page.content.decode()
    assert "S, M" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=vip", "A"),
        ("city=ro", "A"),
        ("company=acme", "B"),
        ("consent=false", "B"),
        ("consent=none", "A"),
        ("orders_min=1", ""),
        ("language=it", "A"),
        ("created_until=2000-01-01", ""),
        ("sort=name", "AB"),
    ],
)
def test_filters_of_customers(agent, query, found):
    CustomerFactory(name="A", tags=["vip"], city="Rome", language="it")
    CustomerFactory(name="B", company="Acme", marketing_consent=False)
    page = agent.get(f"/customers/?{query}").context["page"]
    assert "".join(customer.name for customer in page) == found


def test_the_list_costs_the_same_queries_whatever_is_shown(agent, size, django_assert_num_queries):
    every = [column.key for column in agent.get("/customers/").context["all_columns"]]
    agent.post("/views/customers/columns/", {"column": every})
    CustomerFactory(custom={"size": ["S"]}, company="Acme")

    def visit():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            agent.get("/customers/")
        return len(queries)

    few = visit()
    for n in range(20):
        CustomerFactory(custom={"size": ["S"]}, company=f"Acme {n}")
    assert visit() == few
