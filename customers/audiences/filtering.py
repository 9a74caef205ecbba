"""The filter that narrows customers to an audience, on screen and in the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.audiences.compiling import condition_of
from customers.models import Audience

MOST_KEY_DIGITS = 18


def offered(request: Any) -> QuerySet[Audience]:
    """The audiences that the asking user may choose: those in use, and the one that the
    address names.
    """
    rows = Audience.objects.order_by("name", "pk")
    if request is None:
        return rows.active()
    named = request.GET.get("audience", "")
    is_key = named.isascii() and named.isdigit() and len(named) <= MOST_KEY_DIGITS
    chosen = Q(pk=int(named)) if is_key else Q(pk__in=[])
    return rows.visible_to(request.user).filter(Q(is_archived=False) | chosen)


class AudienceFilter(filters.ModelChoiceFilter):
    """The customers of one audience; combines with every other filter."""

    def __init__(self) -> None:
        super().__init__(queryset=offered, label=_("Audience"), method=self._narrow)

    @staticmethod
    def _narrow(rows: QuerySet, _name: str, audience: Audience) -> QuerySet:
        return rows.filter(condition_of(audience))
