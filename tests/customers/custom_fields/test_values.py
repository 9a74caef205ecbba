"""Values of custom fields are checked alike wherever they come from."""

import pytest

from customers.custom_fields.values import BadCustomValues, checked
from customers.models import CustomField

pytestmark = pytest.mark.django_db


def field(key, kind, **columns):
    return CustomField.objects.create(
        record="customer", key=key, name=key.title(), type=kind, **columns
    )


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  blue ", "blue"),
        ("number", "12.50", 12.5),
        ("number", 3, 3),
        ("number", "1e3", 1000),
        ("date", "2026-03-02", "2026-03-02"),
        ("choice", "small", "Small"),
        ("multi", "large; small", ["Small", "Large"]),
        ("multi", ["Large"], ["Large"]),
        ("boolean", "Yes", True),
        ("boolean", False, False),
    ],
)
def test_typed_values_and_texts_become_what_is_kept(kind, given, kept):
    field("f", kind, choices=["Small", "Large"])
    assert checked("customer", {"f": given}) == {"f": kept}


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("text", "a\x00b", "2000 characters"),
        ("text", {"a": 1}, "2000 characters"),
        ("number", "many", "12.5"),
        ("number", "nan", "12.5"),
        ("number", True, "12.5"),
        ("number", "9" * 40, "12.5"),
        ("date", "2026-13-02", "2026-03-02"),
        ("choice", "Huge", "Small, Large"),
        ("multi", {"Small": 1}, "list"),
        ("boolean", "perhaps", "yes or no"),
    ],
)
def test_what_cannot_be_says_what_would_do(kind, given, said):
    field("f", kind, choices=["Small", "Large"])
    with pytest.raises(BadCustomValues) as bad:
        checked("customer", {"f": given})
    assert said in bad.value.errors["f"]


def test_what_is_not_given_stays_and_an_empty_value_goes():
    field("a", "text")
    field("b", "text")
    assert checked("customer", {"b": ""}, present={"a": "1", "b": "2"}) == {"a": "1"}


def test_unknown_keys_name_the_known_and_required_ones_are_asked_for():
    field("size", "text", is_required=True)
    with pytest.raises(BadCustomValues) as bad:
        checked("customer", {"sise": "M"})
    assert "size" in bad.value.errors["sise"]
    assert "required" in bad.value.errors["size"]
    assert checked("customer", {"size": "M"}) == {"size": "M"}
