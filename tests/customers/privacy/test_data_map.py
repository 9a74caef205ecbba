"""The data map is whole, and a new column that is not on it is noticed."""

import pytest
from django.apps import apps

from customers.models import Customer
from customers.privacy import data_map
from customers.privacy.data_map import COPIES, RECORDS, leading_to, not_mapped
from tests.customers.privacy.canaries import CanaryPerson


def test_every_text_column_that_may_hold_personal_data_is_on_the_map():
    """Say in customers/privacy/records.py or copies.py (or intelligence/privacy.py) what becomes
    of it when a person is erased.
    """
    assert not_mapped() == []


def test_a_column_that_is_missing_is_named(monkeypatch):
    entry = RECORDS["customers.Message"]
    columns = {name: sort for name, sort in entry.columns.items() if name != "body"}
    record = data_map.Record("customers.Message", entry.paths, columns, entry.plain)
    monkeypatch.setitem(RECORDS, "customers.Message", record)
    assert not_mapped() == ["customers.Message.body"]


def test_a_model_that_is_missing_is_named(monkeypatch):
    monkeypatch.delitem(RECORDS, "customers.Task")
    monkeypatch.delitem(COPIES, "customers.SavedView")
    assert not_mapped() == ["customers.SavedView", "customers.Task"]
    assert apps.get_model("customers.Task") in leading_to(Customer)


def test_what_the_map_names_is_there():
    for entry in [*RECORDS.values(), *COPIES.values()]:
        names = {one.name for one in entry.model._meta.get_fields()}
        assert {*entry.columns, *entry.plain} <= names, entry.label
        assert {*getattr(entry, "hidden", ())} <= names, entry.label


@pytest.mark.django_db
def test_every_record_has_a_canary():
    """A record without a maker would be erased by hope."""
    assert set(RECORDS) == CanaryPerson().labels
