"""The customers that a query, as in an address, gives somebody."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.people.filters import CustomerFilter

NO_FILTERS = ("page", "view")  # what an address may say besides filters


class BadQuery(ValueError):
    """A query with a filter that makes no sense: nobody may take all rows for its rows."""


def plain_query(query: QueryDict) -> str:
    """The filters of an address alone."""
    kept = query.copy()
    for name in NO_FILTERS:
        kept.pop(name, None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        del kept[name]
    return kept.urlencode()


def customers_of(query: str, user: Any) -> Any:
    """The customers whom the list shows to this user for this query, in no order.

    Raises `BadQuery`, unlike the list, which leaves a filter out that makes no sense.
    """
    rows = Customer.objects.visible_to(user)
    narrowed = CustomerFilter(QueryDict(query), rows)
    if narrowed.errors:
        names = ", ".join(str(narrowed.form.fields[name].label) for name in narrowed.errors)
        raise BadQuery(_("These filters make no sense: %(names)s.") % {"names": names})
    return narrowed.qs.order_by()
