"""Audiences by API: managers write, all roles read; members page by page."""

import pytest

from customers.audiences.tree import rules_of
from customers.models import Audience, Customer
from tests.factories import AudienceFactory, CustomerFactory, UserFactory

ORDERED = {"field": "order_count", "operator": "at_least", "value": 3}


@pytest.fixture
def manager(api):
    api.force_authenticate(UserFactory(role="manager"))
    return api


def test_a_manager_creates_changes_and_deletes_an_audience(manager):
    body = {"name": "Regulars", "rules": {"match": "all", "rules": [ORDERED]}}
    answer = manager.post("/api/v1/audiences/", body, format="json")
    assert answer.status_code == 201
    assert answer.json()["rules"] == {"version": 1, **body["rules"]}
    address = f"/api/v1/audiences/{answer.json()['id']}/"
    answer = manager.patch(address, {"description": "Come back."}, format="json")
    assert (answer.status_code, answer.json()["name"]) == (200, "Regulars")
    assert manager.put(address, body, format="json").status_code == 200
    assert manager.delete(address).status_code == 204
    assert not Audience.objects.exists()


def test_partners_and_agents_read_and_write_nothing(api):
    audience = AudienceFactory()
    assert len(api.get("/api/v1/audiences/").json()["results"]) == 1
    address = f"/api/v1/audiences/{audience.pk}/"
    body = {"name": "X", "rules": rules_of(ORDERED)}
    assert api.post("/api/v1/audiences/", body, format="json").status_code == 403
    assert api.patch(address, {"name": "X"}, format="json").status_code == 403
    assert api.delete(address).status_code == 403
    assert Audience.objects.get().name == audience.name


def test_bad_rules_are_a_problem_with_the_pointer_of_each(manager):
    rules = rules_of({**ORDERED, "value": "many"}, {"match": "any", "rules": [{"field": "x"}]})
    answer = manager.post("/api/v1/audiences/", {"name": "A", "rules": rules}, format="json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert found["/rules/rules/0/value"] == "“many” is not a number."
    assert found["/rules/rules/1/rules/0/field"].startswith("There is no field “x”.")
    assert not Audience.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a"}',
        b'{"name": "a", "rules": null}',
        b'{"name": "a", "rules": "x"}',
        b'{"name": "a", "rules": []}',
        b'{"name": "a", "rules": {"rules": [{"field": "city\\u0000"}]}}',
        b'{"name": "a", "rules": ' + b'{"rules": [' * 300 + b"]}" * 300 + b"}",
        b'{"name": "a", "rules": {"rules": [{"field": {}, "operator": [], "value": {}}]}}',
    ],
)  # fmt: skip
def test_malformed_rules_are_refused(manager, body):
    answer = manager.post("/api/v1/audiences/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Audience.objects.exists()


def test_a_name_is_taken_once_whatever_its_case(manager):
    audience = AudienceFactory(name="Regulars")
    body = {"name": "REGULARS", "rules": rules_of(ORDERED)}
    answer = manager.post("/api/v1/audiences/", body, format="json")
    assert answer.json()["errors"][0]["pointer"] == "/name"
    address = f"/api/v1/audiences/{audience.pk}/"
    assert manager.patch(address, {"name": "REGULARS"}, format="json").status_code == 200


def test_an_audience_of_itself_is_refused(manager):
    audience = AudienceFactory()
    rules = rules_of({"field": "audience", "operator": "any_of", "value": [audience.pk]})
    address = f"/api/v1/audiences/{audience.pk}/"
    answer = manager.patch(address, {"rules": rules}, format="json")
    assert answer.json()["errors"][0]["detail"] == "An audience cannot be part of itself."


def test_one_that_others_are_made_of_is_a_conflict_to_delete(manager):
    inner = AudienceFactory()
    AudienceFactory(
        name="Outer",
        rules=rules_of({"field": "audience", "operator": "any_of", "value": [inner.pk]}),
    )
    answer = manager.delete(f"/api/v1/audiences/{inner.pk}/")
    assert (answer.status_code, Audience.objects.count()) == (409, 2)
    assert "Outer" in answer.json()["detail"]


@pytest.fixture
def regulars(db):
    Customer.objects.bulk_create(Customer(name=f"C{n}", order_count=n % 5) for n in range(50))
    return AudienceFactory(rules=rules_of(ORDERED))


def test_members_are_walked_by_cursor_each_once(api, regulars):
    seen, address = [], f"/api/v1/audiences/{regulars.pk}/customers/?page_size=7"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    wanted = Customer.objects.filter(order_count__gte=3).values_list("pk", flat=True)
    assert sorted(seen) == sorted(wanted)


def test_members_cost_the_same_queries_for_few_and_many(
    api, regulars, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        page = api.get(f"/api/v1/audiences/{regulars.pk}/customers/?page_size=200").json()
    assert len(page["results"]) == 20


def test_sizes_are_told_of_stored_and_of_given_rules(api, regulars):
    said = {"count": 20, "of": 50, "is_exact": True}
    assert api.get(f"/api/v1/audiences/{regulars.pk}/count/").json() == said
    answer = api.post("/api/v1/audiences/count/", {"rules": regulars.rules}, format="json")
    assert (answer.status_code, answer.json()) == (200, said)
    answer = api.post("/api/v1/audiences/count/", {"rules": {}}, format="json")
    assert answer.status_code == 400


def test_customers_are_narrowed_to_an_audience(api, regulars):
    rows = api.get(f"/api/v1/customers/?audience={regulars.pk}&page_size=200").json()["results"]
    assert len(rows) == 20
    assert api.get("/api/v1/customers/?audience=999").status_code == 400
    assert api.get("/api/v1/customers/?audience=x").status_code == 400


def test_the_vocabulary_of_rules_is_told(api):
    told = {field["name"]: field for field in api.get("/api/v1/audiences/fields/").json()}
    assert told["spent_total"]["kind"] == "money"
    assert told["bought_category"]["modifiers"] == ["times", "within_days"]
    assert {"name": "between", "operand": "number", "takes": 2} in told["spent_total"]["operators"]


def test_members_of_an_unknown_audience_are_not_found(api):
    CustomerFactory()
    for part in ("", "customers/", "count/"):
        assert api.get(f"/api/v1/audiences/999/{part}").status_code == 404
