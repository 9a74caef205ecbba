"""What a key may be given: reading or writing of one part of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

READ, WRITE = "read", "write"
# The parts of the API by their names in scopes. Each view declares the one it belongs to.
PARTS: Mapping[str, Any] = {
    "customers": _("Customers"),
    "companies": _("Companies"),
    "consents": _("Consents"),
    "orders": _("Orders"),
    "products": _("Products"),
    "tickets": _("Tickets"),
    "reviews": _("Reviews"),
    "articles": _("Help articles and macros"),
    "questions": _("Questions"),
    "recommendations": _("Recommendations"),
    "corrections": _("Corrections"),
    "audiences": _("Audiences"),
    "imports": _("Imports"),
    "proposals": _("Proposals that staff confirm"),
    "predictions": _("Predictions with their provenance"),
    "search": _("Search"),
    "insight": _("Insight: sales, alarms, findings, topics, digests"),
    "webhooks": _("Webhooks"),
    "taxonomies": _("Names: intents, aspects, segments"),
}
READ_ONLY = {"predictions", "recommendations", "search", "taxonomies"}


def scope_names() -> list[str]:
    """All scopes there are, `PART:read` and `PART:write`."""
    return [f"{part}:{verb}" for part in PARTS for verb in verbs_of(part)]


def verbs_of(part: str) -> tuple[str, ...]:
    """What can be done in a part: read, and mostly write."""
    return (READ,) if part in READ_ONLY else (READ, WRITE)
