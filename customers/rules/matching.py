"""Which tickets meet conditions, and which conditions a ticket does not meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils import timezone

from customers.audiences.compiling import condition
from customers.audiences.moment import Moment
from customers.audiences.reading import Reading, checked, read
from customers.audiences.tree import VERSION, Group, Node
from customers.audiences.vocabulary import Vocabulary
from customers.models import Ticket
from customers.rules.ticket_fields import TICKETS

Raw = Mapping[str, Any]


def ticket_vocabulary() -> Vocabulary:
    """The names that conditions on tickets may use."""
    return Vocabulary(TICKETS)


def says_nothing(raw: Any) -> bool:
    """Whether there are no conditions: all tickets meet them."""
    return isinstance(raw, dict) and raw.get("rules") == []


def reading_of(raw: Any, vocabulary: Vocabulary | None = None) -> Reading:
    """What conditions say; none at all are met by every ticket."""
    if says_nothing(raw):
        return Reading(Group("all", ()), [])
    return read(raw, vocabulary=vocabulary or ticket_vocabulary())


def checked_conditions(raw: Any) -> dict[str, Any]:
    """Conditions as they may be stored; raises BadRules with all that is wrong."""
    if says_nothing(raw):
        return {"version": VERSION, "match": "all", "rules": []}
    return checked(raw, vocabulary=ticket_vocabulary())


def meets(raw: Any, now: datetime | None = None, vocabulary: Vocabulary | None = None) -> Q:
    """The condition on tickets. What cannot be read is met by none."""
    return _compiled(reading_of(raw, vocabulary).root, _moment(now))


def failed_conditions(raw: Raw, ticket: int, now: datetime | None = None) -> list[Raw]:
    """The conditions, as they were given, that a ticket does not meet. One query."""
    vocabulary, moment = ticket_vocabulary(), _moment(now)
    leaves = list(_leaves(raw))
    asked = {
        f"met_{place}": Case(
            When(_leaf(leaf, vocabulary, moment), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for place, leaf in enumerate(leaves)
    }
    found = Ticket.objects.filter(pk=ticket).values(**asked).first() if asked else {}
    return [leaf for place, leaf in enumerate(leaves) if found and not found[f"met_{place}"]]


def _moment(now: datetime | None) -> Moment:
    at = now or timezone.now()
    return Moment(shop=at, now=at)


def _compiled(node: Node, moment: Moment) -> Q:
    if isinstance(node, Group) and not node.nodes:
        return Q(pk__isnull=False)
    return condition(node, moment, registry=TICKETS)


def _leaf(leaf: Raw, vocabulary: Vocabulary, moment: Moment) -> Q:
    one = {"version": VERSION, "match": "all", "rules": [leaf]}
    return _compiled(reading_of(one, vocabulary).root, moment)


def _leaves(raw: Any) -> Iterator[Raw]:
    if not isinstance(raw, dict):
        return
    if "rules" in raw or "match" in raw:
        for inner in raw.get("rules", []):
            yield from _leaves(inner)
    else:
        yield raw
