"""Reading rules: every place that is wrong is told, and nothing wrong chooses anybody."""

import pytest

from customers.audiences.compiling import members
from customers.audiences.reading import checked, parsed, read
from customers.audiences.tree import BadRules, rules_of
from tests.factories import AudienceFactory, CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db
DAYS = "a number of days from 1 to 36500."
DATE = "a date such as 2026-03-31."
YEARS = "The date lies outside of the years 1900 to 2200."
ORDERED = {"field": "order_count", "operator": "at_least", "value": "3"}


def problems_of(raw, **options):
    return [(one.pointer, one.detail) for one in read(raw, **options).problems]


def nested(depth):
    group = {"match": "all", "rules": [ORDERED]}
    for _ in range(depth - 1):
        group = {"match": "any", "rules": [group]}
    return group


def test_rules_that_are_right_are_stored_with_their_version():
    assert checked({"match": "any", "rules": [ORDERED]}) == {
        "version": 1,
        "match": "any",
        "rules": [ORDERED],
    }


@pytest.mark.parametrize("raw", [{"rules": []}, {"match": "all", "rules": []}])
def test_empty_rules_are_refused_for_they_would_choose_everybody(raw):
    assert problems_of(raw) == [("/rules", "Give at least one rule.")]


@pytest.mark.parametrize("raw", [None, [], "x", 7, True])
def test_what_is_no_object_is_no_rules(raw):
    assert problems_of(raw)[0][0] == ""


def test_an_unknown_field_names_those_that_are_known():
    rule = {"field": "x; DROP TABLE customers_customer", "operator": "at_least", "value": 1}
    [(pointer, detail)] = problems_of(rules_of(ORDERED, rule))
    assert pointer == "/rules/1/field"
    assert "“x; DROP TABLE customers_customer”" in detail
    assert "order_count" in detail


def test_a_python_path_is_no_field():
    rule = {"field": "segment_set_by__password", "operator": "at_least", "value": 1}
    assert problems_of(rules_of(rule))[0][0] == "/rules/0/field"


def test_an_unknown_operator_names_those_of_the_field():
    rule = {"field": "order_count", "operator": "begins_with", "value": "1"}
    [(pointer, detail)] = problems_of(rules_of(rule))
    assert pointer == "/rules/0/operator"
    assert detail.endswith("Allowed: at_least, at_most, more_than, less_than, equal_to, between.")


@pytest.mark.parametrize(
    ("field", "operator", "value", "pointer", "said"),
    [
        ("order_count", "at_least", "many", "value", "“many” is not a number."),
        ("order_count", "at_least", "2.5", "value", "“2.5” is not a whole number."),
        ("order_count", "at_least", -1, "value", "Give at least 0."),
        ("order_count", "at_least", None, "value", "Give a number."),
        ("order_count", "at_least", True, "value", "“True” is neither a text nor a number."),
        ("order_count", "at_least", {}, "value", "“{}” is neither a text nor a number."),
        ("order_count", "at_least", 10**40, "value", "A number has at most 12 digits."),
        ("order_count", "at_least", 10**80, "value", "The number is too large."),
        ("spent_total", "at_least", "1e300", "value", "A number has at most 12 digits."),
        ("spent_total", "at_least", "NaN", "value", "“NaN” is not a number."),
        ("spent_total", "at_least", "Infinity", "value", "“Infinity” is not a number."),
        ("spent_total", "at_least", "٣", "value", "“٣” is not a number."),
        ("spent_total", "at_least", "0.00001", "value", "A number has at most 4 decimals."),
        ("spent_total", "between", ["1"], "value", "Give two values, from and to."),
        ("spent_total", "between", "1", "value", "Give a list of values; found “1”."),
        ("segment", "any_of", [], "value", "Choose at least one."),
        ("segment", "is_known", "x", "value", "This operator takes no value."),
        ("last_order_at", "in_last_days", "0", "value", f"“0” is not {DAYS}"),
        ("last_order_at", "in_last_days", "99999999999", "value", f"“99999999999” is not {DAYS}"),
        ("last_order_at", "before", "2026-02-30", "value", f"“2026-02-30” is not {DATE}"),
        ("last_order_at", "before", "9999-12-31", "value", f"{YEARS}"),
        ("city", "is", "a\x00b", "value", "The text holds characters that cannot be stored."),
        ("city", "is", "\ud800", "value", "The text holds characters that cannot be stored."),
        ("city", "is", "x" * 201, "value", "A text has at most 200 characters."),
        ("bought_product", "did", ["99"], "value/0", "Product 99 does not exist any more."),
        ("audience", "any_of", [99], "value/0", "Audience 99 does not exist any more."),
        ("audience", "any_of", ["1 OR 1=1"], "value/0", "“1 OR 1=1” is no audience."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_place(field, operator, value, pointer, said):
    rule = {"field": field, "operator": operator, "value": value}
    assert problems_of(rules_of(rule)) == [(f"/rules/0/{pointer}", said)]


def test_a_choice_that_there_is_not_names_the_choices():
    rule = {"field": "review_sentiment", "operator": "did", "value": ["negative", "angry"]}
    [(pointer, detail)] = problems_of(rules_of(rule))
    assert pointer == "/rules/0/value/1"
    assert detail.startswith("There is no “angry” here. Allowed: very_negative, negative,")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"times": "often"}, "/rules/0/times"),
        ({"times": 1001}, "/rules/0/times"),
        ({"within_days": -3}, "/rules/0/within_days"),
        ({"sql": "1=1"}, "/rules/0"),
    ],
)
def test_wrong_modifiers_and_keys_are_told(changes, pointer):
    rule = {"field": "wrote_ticket", "operator": "did"}
    assert [place for place, _ in problems_of(rules_of({**rule, **changes}))] == [pointer]


def test_a_field_that_does_not_count_takes_no_times():
    rule = {**ORDERED, "times": 2}
    assert problems_of(rules_of(rule)) == [
        ("/rules/0/times", "This field does not count by times.")
    ]


def test_groups_stand_at_most_four_deep():
    assert problems_of(nested(4)) == []
    assert problems_of(nested(5)) == [
        ("/rules/0/rules/0/rules/0/rules/0", "Groups stand at most 4 deep.")
    ]


def test_there_are_at_most_fifty_rules_wherever_they_stand():
    half = {"match": "all", "rules": [ORDERED] * 25}
    assert problems_of({"match": "any", "rules": [half, half]}) == []
    over = {"match": "all", "rules": [ORDERED] * 26}
    assert problems_of({"match": "any", "rules": [half, over]}) == [
        ("/rules/1/rules/25", "There are more than 50 rules.")
    ]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"match": "some"}, "/match"),
        ({"match": ["all"]}, "/match"),
        ({"not": "yes"}, "/not"),
        ({"version": 2}, "/version"),
        ({"rules": {"a": 1}}, "/rules"),
        ({"where": "1=1"}, ""),
    ],
)
def test_wrong_groups_are_told(changes, pointer):
    assert [place for place, _ in problems_of({**rules_of(ORDERED), **changes})] == [pointer]


def test_every_problem_is_told_at_once():
    raw = rules_of({**ORDERED, "value": "x"}, {**ORDERED, "field": "y"}, 7)
    assert [place for place, _ in problems_of(raw)] == [
        "/rules/0/value",
        "/rules/1/field",
        "/rules/2",
    ]
    with pytest.raises(BadRules, match="/rules/2: “7” is no rule"):
        checked(raw)


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000, "1" * 6_000, "{'a': 1}"])
def test_a_text_that_is_no_json_is_told_with_its_place(text):
    with pytest.raises(BadRules):
        parsed(text)


def test_an_audience_cannot_be_made_of_itself():
    first = AudienceFactory()
    second = AudienceFactory(rules=in_audience(first))
    third = AudienceFactory(rules=in_audience(second))
    assert problems_of(in_audience(first), of=first.pk) == [
        ("/rules/0/value", "An audience cannot be part of itself.")
    ]
    assert problems_of(in_audience(third), of=first.pk) == [
        ("/rules/0/value", "This audience is made of the one that you change.")
    ]
    assert problems_of(in_audience(second), of=third.pk) == []


def test_a_cycle_that_two_savings_at_once_made_chooses_nobody():
    CustomerFactory()
    first = AudienceFactory()
    second = AudienceFactory(rules=in_audience(first))
    first.change(rules=in_audience(second))
    assert list(members(first)) == list(members(second)) == []


def test_audiences_stand_at_most_so_deep():
    audience = AudienceFactory()
    for _ in range(4):
        audience = AudienceFactory(rules=in_audience(audience))
    CustomerFactory()
    deep = AudienceFactory(rules=in_audience(AudienceFactory(rules=in_audience(audience))))
    assert list(members(deep)) == []


def test_audiences_of_many_audiences_do_not_grow_without_end():
    small = AudienceFactory(rules=rules_of(*[ORDERED] * 50))
    rules = [rule for _ in range(5) for rule in in_audience(small)["rules"]]
    problems = read(rules_of(*rules)).problems
    assert problems == [] or "more than 200 rules" in problems[0].detail
    assert list(members(AudienceFactory(rules=rules_of(*rules)))) == []


def in_audience(audience):
    return rules_of({"field": "audience", "operator": "any_of", "value": [audience.pk]})


def test_a_deleted_product_makes_its_rule_say_so_and_choose_nobody():
    customer, product = CustomerFactory(), ProductFactory()
    bought = {"field": "bought_product", "operator": "did_not", "value": [product.pk]}
    audience = AudienceFactory(rules=rules_of(bought))
    other = AudienceFactory(rules={**rules_of(bought), "not": True})
    assert list(members(audience)) == [customer]
    pk = product.pk
    product.delete()
    assert list(members(audience)) == []
    assert list(members(other)) == []
    [(_, detail)] = problems_of(audience.rules)
    assert detail == f"Product {pk} does not exist any more."


def test_a_deleted_audience_makes_its_rule_choose_nobody_even_reversed():
    CustomerFactory()
    gone = AudienceFactory()
    reversed_ = {"field": "audience", "operator": "none_of", "value": [gone.pk]}
    audience = AudienceFactory(rules=rules_of(reversed_))
    assert members(audience).count() == 1
    gone.delete()
    assert members(audience).count() == 0
