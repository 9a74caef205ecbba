"""The pages of audiences: built by buttons, saved by managers, shown, exported, compared."""

import json

import pytest
from django.http import QueryDict

from customers.audiences.builder import typed_rules
from customers.audiences.counting import TooSlow, counted, time_limit
from customers.audiences.tree import rules_of
from customers.models import Audience, Customer
from tests.factories import AudienceFactory, CustomerFactory, ProductFactory, UserFactory

ORDERED = {"field": "order_count", "operator": "at_least", "value": "3"}


@pytest.fixture
def manager(client, db):
    client.user = UserFactory(username="manager", role="manager")
    client.force_login(client.user)
    return client


def typed(*rules, path="", match="all"):
    """The form that holds these rules, as the builder sends it."""
    form = {f"{path}-match": match, "node": []}
    for place, rule in enumerate(rules):
        own = f"{path}.{place}".lstrip(".")
        form["node"].append(f"r:{own}")
        form |= {f"{own}-was": rule["field"]}
        form |= {f"{own}-{key}": value for key, value in rule.items()}
    return form


def rules_in(answer):
    """The tree that a page of the builder holds, read from its JSON."""
    return answer.context["draft"].rules


def test_a_new_audience_begins_with_one_rule(manager):
    answer = manager.get("/audiences/new/")
    assert answer.status_code == 200
    assert [rule["field"] for rule in rules_in(answer)["rules"]] == ["order_count"]


def test_a_manager_saves_what_was_typed(manager):
    form = {**typed(ORDERED), "do": "save", "name": "Regulars", "description": "Come back."}
    answer = manager.post("/audiences/new/", form)
    audience = Audience.objects.get()
    assert answer["Location"] == f"/audiences/{audience.pk}/"
    assert (audience.name, audience.created_by) == ("Regulars", manager.user)
    assert audience.rules == {"version": 1, "match": "all", "rules": [ORDERED]}


def test_an_agent_may_try_rules_and_save_none(agent):
    CustomerFactory()
    answer = agent.post("/audiences/new/", {**typed({**ORDERED, "value": "0"}), "do": "refresh"})
    assert answer.context["size"].count == 1
    answer = agent.post("/audiences/new/", {**typed(ORDERED), "do": "save", "name": "Mine"})
    assert answer.status_code == 403
    assert not Audience.objects.exists()


def test_buttons_add_and_remove_and_keep_what_was_typed(manager):
    form = typed(ORDERED)
    answer = manager.post("/audiences/new/", {**form, "do": "add-rule:", "name": "Reg"})
    assert rules_in(answer)["rules"][0] == ORDERED
    assert len(rules_in(answer)["rules"]) == 2
    assert answer.context["form"]["name"].value() == "Reg"
    answer = manager.post("/audiences/new/", {**form, "do": "add-group:"})
    assert rules_in(answer)["rules"][1]["match"] == "any"
    form["node"] += ["g:1", "r:1.0"]
    form |= {"1-match": "any", "1.0-field": "has_email", "1.0-operator": "no"}
    answer = manager.post("/audiences/new/", {**form, "do": "remove:0"})
    [group] = rules_in(answer)["rules"]
    assert group["rules"] == [{"field": "has_email", "operator": "no"}]
    answer = manager.post("/audiences/new/", {**form, "do": "remove:1.0"})
    assert rules_in(answer)["rules"] == [ORDERED]  # the group went with its last rule


@pytest.mark.parametrize(
    "button", ["remove:9", "remove:x.y", "add-rule:7.7", "add-group:0", "remove:", "nonsense", ""]
)
def test_buttons_that_make_no_sense_change_nothing(manager, button):
    answer = manager.post("/audiences/new/", {**typed(ORDERED), "do": button})
    assert answer.status_code == 200
    assert rules_in(answer)["rules"] == [ORDERED]


def test_another_field_begins_a_rule_anew(manager):
    form = {**typed(ORDERED), "0-field": "segment", "do": "refresh"}
    assert rules_in(manager.post("/audiences/new/", form))["rules"] == [
        {"field": "segment", "operator": "any_of", "value": []}
    ]


def test_what_is_wrong_stands_beside_the_rule_and_nothing_is_saved(manager):
    form = {**typed({**ORDERED, "value": "'; DROP TABLE"}), "do": "save", "name": "Bad"}
    answer = manager.post("/audiences/new/", form)
    assert answer.status_code == 422
    assert "“&#x27;; DROP TABLE” is not a number." in answer.content.decode()
    assert 'value="&#x27;; DROP TABLE"' in answer.content.decode()
    assert "words" not in answer.context
    assert not Audience.objects.exists()


def test_a_name_is_needed_and_taken_once(manager):
    AudienceFactory(name="Regulars")
    for name in ("", "REGULARS", "a\x00b"):
        form = {**typed(ORDERED), "do": "save", "name": name}
        assert manager.post("/audiences/new/", form).status_code == 422
    assert Audience.objects.count() == 1


def test_json_is_an_alternative_and_its_errors_stand_beside_it(manager):
    wanted = rules_of({"field": "has_email", "operator": "yes"})
    form = {**typed(ORDERED), "do": "json", "json": json.dumps(wanted)}
    assert rules_in(manager.post("/audiences/new/", form)) == wanted
    form["json"] = '{"match": "all", "rules": [{"field": "x"}]}'
    answer = manager.post("/audiences/new/", form)
    assert rules_in(answer)["rules"] == [ORDERED]
    assert answer.context["json_text"] == form["json"]
    assert "/rules/0/field" in answer.content.decode()
    form["json"] = "[" * 3000
    assert manager.post("/audiences/new/", form).context["draft"].json_problems


def test_a_product_is_added_by_sku_or_name_and_an_unknown_one_is_told(manager):
    product = ProductFactory(sku="TEA-1", name="Kettle")
    rule = {"field": "bought_product", "operator": "did"}
    for said in ("TEA-1", "Kettle", "TEA-1 · Kettle"):
        form = {**typed(rule), "0-add": said, "do": "refresh"}
        [found] = rules_in(manager.post("/audiences/new/", form))["rules"]
        assert found["value"] == [str(product.pk)]
    answer = manager.post("/audiences/new/", {**typed(rule), "0-add": "Pan", "do": "refresh"})
    assert "No product has the SKU or the name “Pan”." in answer.content.decode()


def test_products_are_offered_while_they_are_typed(agent):
    ProductFactory(sku="TEA-1", name="Kettle")
    shown = agent.get("/audiences/products/?0.1-add=ket").content.decode()
    assert 'value="TEA-1 · Kettle"' in shown
    assert agent.get("/audiences/products/?0-add=%00").content.decode().strip() == ""


def test_tags_are_typed_with_commas():
    form = QueryDict(mutable=True)
    rule = {"field": "tags", "operator": "any_of", "value": "vip,  trade ,vip"}
    for key, value in typed(rule).items():
        form.setlist(key, value if isinstance(value, list) else [value])
    assert typed_rules(form)["rules"][0]["value"] == ["vip", "trade"]


def test_filters_of_the_customer_list_become_rules(manager):
    CustomerFactory(country="FR", name="Ada")
    address = "/audiences/new/?country=FR&q=ada&sort=-spent&feeling=&trend=worse"
    answer = manager.get(address)
    assert rules_in(answer)["rules"] == [
        {"field": "country", "operator": "any_of", "value": ["FR"]},
        {"field": "words", "operator": "has_words", "value": "ada"},
    ]
    assert answer.context["size"].count == 1
    assert answer.context["draft"].left_out == ["trend"]


def test_the_page_tells_the_rules_the_size_and_the_newest(agent):
    Customer.objects.bulk_create(Customer(name=f"C{n}", order_count=n) for n in range(20))
    audience = AudienceFactory(rules=rules_of(ORDERED))
    answer = agent.get(f"/audiences/{audience.pk}/")
    assert "Orders: at least 3" in answer.content.decode()
    assert (answer.context["size"].count, answer.context["size"].of) == (17, 20)
    assert answer.context["preview"][0].name == "C19"
    assert b"85.0% of all" in answer.content


def test_a_broken_rule_says_so_on_the_page(agent):
    product = ProductFactory()
    rule = {"field": "bought_product", "operator": "did", "value": [product.pk]}
    audience = AudienceFactory(rules=rules_of(rule))
    product.delete()
    answer = agent.get(f"/audiences/{audience.pk}/")
    assert "does not exist any more. Nobody meets this rule." in answer.content.decode()
    assert answer.context["size"].count == 0
    edited = agent.get(f"/audiences/{audience.pk}/edit/").content.decode()
    assert "does not exist any more." in edited


@pytest.mark.parametrize("rules", [{}, [], None, {"rules": 5}, {"match": "all", "rules": [1, {}]}])
def test_rules_that_came_in_past_all_checks_break_no_page(manager, rules):
    audience = AudienceFactory(rules=rules if rules is not None else "x")
    for page in ("", "edit/", "size/", "members.csv"):
        assert manager.get(f"/audiences/{audience.pk}/{page}").status_code == 200
    assert manager.get("/audiences/").status_code == 200
    assert manager.get(f"/customers/?audience={audience.pk}").status_code == 200


def test_the_customer_list_is_narrowed_to_an_audience_and_combines(agent):
    for name, country, orders in (("A", "FR", 5), ("B", "FR", 1), ("C", "DE", 5)):
        Customer.objects.filter(pk=CustomerFactory(name=name).pk).update(
            country=country, order_count=orders
        )
    audience = AudienceFactory(rules=rules_of(ORDERED))
    address = f"/customers/?audience={audience.pk}&sort=-spent"
    assert names(agent.get(address)) == "AC"
    assert names(agent.get(f"{address}&country=FR")) == "A"
    audience.set_archived(True)
    assert names(agent.get(address)) == "AC"


@pytest.mark.parametrize("key", ["999", "x", "%00", "1%20OR%201=1", "9" * 30])
def test_an_audience_that_there_is_not_has_nobody(agent, key):
    CustomerFactory()
    assert names(agent.get(f"/customers/?audience={key}")) == ""


def names(answer):
    return "".join(sorted(row.name for row in answer.context["page"]))


def test_members_are_exported_without_formulas(agent):
    CustomerFactory(name="=cmd()", email="a@example.com")
    audience = AudienceFactory(rules=rules_of({"field": "has_email", "operator": "yes"}))
    answer = agent.get(f"/audiences/{audience.pk}/members.csv")
    text = b"".join(answer.streaming_content).decode()
    assert answer.streaming
    assert "'=cmd()" in text
    assert text.count("\r\n") == 2


def test_archived_audiences_are_offered_nowhere_and_come_back(manager):
    audience = AudienceFactory()
    manager.post(f"/audiences/{audience.pk}/archive/", {"archived": "1"})
    assert manager.get("/audiences/").context["told"] == []
    assert len(manager.get("/audiences/?archived=1").context["told"]) == 1
    manager.post(f"/audiences/{audience.pk}/archive/", {"archived": "0"})
    assert len(manager.get("/audiences/").context["told"]) == 1


def test_an_audience_that_others_are_made_of_is_not_deleted(manager):
    inner = AudienceFactory()
    outer = AudienceFactory(
        rules=rules_of({"field": "audience", "operator": "any_of", "value": [inner.pk]})
    )
    manager.post(f"/audiences/{inner.pk}/delete/")
    assert Audience.objects.count() == 2
    manager.post(f"/audiences/{outer.pk}/delete/")
    manager.post(f"/audiences/{inner.pk}/delete/")
    assert not Audience.objects.exists()


@pytest.mark.parametrize("verb", ["archive", "delete"])
def test_agents_neither_archive_nor_delete(agent, verb):
    audience = AudienceFactory()
    assert agent.post(f"/audiences/{audience.pk}/{verb}/").status_code == 403
    audience.refresh_from_db()
    assert not audience.is_archived


@pytest.fixture
def two_sides(db):
    """Two pounds-spenders who overlap in one, and one who pays in euros."""
    rows = (
        ("A", "GBP", 4, 1, 100, 25, -0.5, "FR", "loyal"),
        ("B", "GBP", 2, 0, 60, 30, 0.5, "FR", "new"),
        ("C", "EUR", 4, 0, 999, 250, None, "DE", "loyal"),
        ("D", "", 0, 0, 0, None, None, "", None),
    )
    for name, currency, orders, returns, spent, value, score, country, segment in rows:
        Customer.objects.filter(pk=CustomerFactory(name=name).pk).update(
            currency=currency,
            order_count=orders,
            return_count=returns,
            spent_total=spent,
            average_order_value=value,
            sentiment_score=score,
            country=country,
            suggested_segment=segment,
        )
    return AudienceFactory(name="Regulars", rules=rules_of(ORDERED)), AudienceFactory(
        name="French", rules=rules_of({"field": "country", "operator": "any_of", "value": ["FR"]})
    )


def test_two_audiences_are_compared_and_currencies_are_not_added(agent, two_sides):
    first, second = two_sides
    found = agent.get(f"/audiences/compare/?a={first.pk}&b={second.pk}").context["comparison"]
    assert (found.first_size, found.second_size, found.both) == (2, 2, 1)
    assert (found.currency, found.others) == ("GBP", 1)
    told = {line.label: (line.first, line.second, line.difference) for line in found.lines}
    assert told["Spent per customer"] == ("£100.00", "£80.00", "+£20.00")
    assert told["Orders per customer"] == ("4.00", "3.00", "+1.00")
    assert told["Average order value"] == ("£25.00", "£27.50", "−£2.50")
    assert told["Returns per order"] == ("12.5%", "16.7%", "−4.2 percentage points")
    assert told["Mean sentiment"] == ("−0.50", "+0.00", "−0.50")


def test_an_audience_is_compared_with_all_customers(agent, two_sides):
    answer = agent.get(f"/audiences/compare/?a={two_sides[0].pk}")
    found = answer.context["comparison"]
    assert (found.first_size, found.second_size, found.both) == (2, 4, 2)
    assert (found.share_of_first, found.share_of_second) == (1.0, 0.5)


@pytest.mark.parametrize("query", ["", "a=&b=", "a=999", "a=x", "b=%00"])
def test_comparing_nothing_is_no_error(agent, query):
    answer = agent.get(f"/audiences/compare/?{query}")
    assert answer.status_code in (200, 404)
    assert "comparison" not in (answer.context or {})


def test_an_empty_audience_compares_with_dashes(agent, two_sides):
    rules = rules_of({**ORDERED, "value": "99"})
    empty = AudienceFactory(rules=rules)
    found = agent.get(f"/audiences/compare/?a={empty.pk}").context["comparison"]
    assert {line.first for line in found.lines} == {"–"}
    assert found.share_of_first is None


@pytest.mark.parametrize(
    ("plot", "row"),
    [
        ("segments", "Loyal,Regulars,1.0,2,"),
        ("countries", "FR,Regulars,0.5,1,"),
        ("orders", "3–4,Regulars,1.0,2,"),
    ],
)
def test_plots_hold_the_shares_of_both_sides(agent, two_sides, plot, row):
    first, second = two_sides
    address = f"/plots/audience-{plot}.csv?a={first.pk}&b={second.pk}"
    lines = agent.get(address).content.decode().splitlines()
    assert any(line.startswith(row) for line in lines), lines
    assert any(",French," in line for line in lines)


def test_a_plot_of_an_audience_that_there_is_not_is_not_found(agent):
    assert agent.get("/plots/audience-segments.csv?a=99").status_code == 404


def test_a_count_that_takes_too_long_is_an_estimate_that_says_so(db):
    CustomerFactory()
    slow = Customer.objects.extra(where=["pg_sleep(2) IS NOT NULL"])
    count, is_exact = counted(slow, within_ms=50)
    assert (is_exact, count >= 0) == (False, True)
    assert counted(Customer.objects.all(), within_ms=5000) == (1, True)


def test_the_time_limit_ends_with_its_block(db):
    with pytest.raises(TooSlow), time_limit(30):
        list(Customer.objects.raw("SELECT pg_sleep(2) IS NULL, 1 AS id"))
    with time_limit(300):
        pass
    list(Customer.objects.raw("SELECT pg_sleep(0.4) IS NULL, 1 AS id"))
