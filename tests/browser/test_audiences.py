"""Audiences are built in a real browser: by mouse, by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from customers.models import Audience, Customer
from tests.browser.test_browser import troubles_of
from tests.factories import AudienceFactory, CustomerFactory, ProductFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def manager(transactional_db):
    for name, country, orders in (("Ada", "FR", 5), ("Ben", "FR", 1), ("Cyd", "DE", 9)):
        row = CustomerFactory(name=name, country=country)
        Customer.objects.filter(pk=row.pk).update(order_count=orders, currency="GBP")
    return UserFactory(username="manager", role="manager")


def test_pages_meet_no_error_and_are_no_wider_than_the_screen(open_tab, manager):
    long = AudienceFactory(
        name="Unpronounceable-Audience-With-A-Name-That-Does-Not-Break-Anywhere-At-All-" + "x" * 40
    )
    pages = (
        *("/audiences/", "/audiences/new/", f"/audiences/{long.pk}/"),
        *(f"/audiences/{long.pk}/edit/", f"/audiences/compare/?a={long.pk}"),
        f"/customers/?audience={long.pk}",
    )
    tab = open_tab(manager)
    found = {address: troubles_of(tab, address) for address in pages}
    assert {address: troubles for address, troubles in found.items() if troubles} == {}


def test_rules_are_put_together_and_counted_while_they_are_typed(open_tab, manager):
    tab = open_tab(manager)
    tab.goto("/audiences/new/")
    told, builder = tab.locator("#told"), tab.locator("#builder")
    expect(told).to_contain_text("Complete the rules")
    tab.locator("#rule-0-value-0").fill("3")
    tab.keyboard.press("Tab")
    expect(told).to_contain_text("2 customers")
    expect(told).to_contain_text("66.7% of all")
    expect(told).to_contain_text("Orders: at least 3")
    builder.get_by_role("button", name="Rule", exact=True).click()
    tab.locator("#rule-1-field").select_option("country")
    builder.get_by_label("FR").check()
    expect(told).to_contain_text("1 customer")
    expect(told).to_contain_text("Ada")
    builder.get_by_role("button", name="Remove the rule Orders").click()
    expect(told).to_contain_text("2 customers")
    tab.get_by_label("Name", exact=True).fill("French")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("h1")).to_have_text("French")
    assert Audience.objects.get().rules["rules"] == [
        {"field": "country", "operator": "any_of", "value": ["FR"]}
    ]
    assert tab.troubles == []


def test_a_new_rule_takes_the_focus_and_keys_alone_suffice(open_tab, manager):
    tab = open_tab(manager)
    tab.goto("/audiences/new/")
    tab.locator("#group-add").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#rule-1-field")).to_be_focused()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.type("1")
    tab.keyboard.press("Shift+Tab")
    expect(tab.locator("#rule-1-value-0")).to_have_value("1")
    assert tab.troubles == []


def test_products_are_found_as_they_are_typed(open_tab, manager):
    product = ProductFactory(sku="TEA-1", name="Kettle")
    tab = open_tab(manager)
    tab.goto("/audiences/new/")
    tab.locator("#rule-0-field").select_option("bought_product")
    tab.locator("#rule-0-add").press_sequentially("ket")
    expect(tab.locator("#rule-0-products option")).to_have_attribute("value", "TEA-1 · Kettle")
    tab.locator("#rule-0-add").fill("TEA-1 · Kettle")
    tab.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator("#builder").get_by_label("TEA-1 · Kettle")).to_be_checked()
    expect(tab.locator("#told")).to_contain_text(f"Bought product: any of {product.name}")
    assert tab.troubles == []


def test_json_with_an_error_keeps_the_text_and_says_where(open_tab, manager):
    tab = open_tab(manager)
    tab.goto("/audiences/new/")
    tab.get_by_text("The same rules as JSON").click()
    tab.get_by_label("Rules in JSON").fill('{"match": "all", "rules": [{"field": "age"}]}')
    tab.get_by_role("button", name="Take these rules").click()
    expect(tab.locator("#json-problems")).to_contain_text("/rules/0/field There is no field “age”")
    expect(tab.get_by_label("Rules in JSON")).to_have_value(
        '{"match": "all", "rules": [{"field": "age"}]}'
    )
    assert tab.troubles == []


def test_without_javascript_an_audience_is_built_too(open_tab, manager):
    tab = open_tab(manager, java_script_enabled=False)
    tab.goto("/audiences/new/")
    tab.get_by_label("Name", exact=True).fill("French")
    tab.locator("#rule-0-value-0").fill("3")
    tab.locator("#group-add").click()
    expect(tab.locator("#rule-0-value-0")).to_have_value("3")
    expect(tab.get_by_label("Name", exact=True)).to_have_value("French")
    tab.locator("#rule-1-field").select_option("country")
    tab.locator("#rule-1").get_by_role("button", name="Set").click()
    tab.locator("#builder").get_by_label("FR").check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("h1")).to_have_text("French")
    expect(tab.locator("#size")).to_contain_text("1 customer")
