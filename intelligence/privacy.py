"""What machines keep of persons, for the data map of the records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min, Q

from customers.models import Order
from customers.privacy.data_map import Category, Copy, Record, register, register_impersonal
from customers.privacy.learned import learns_from
from customers.privacy.person import Person
from intelligence.models import Prediction

CHUNK = 5_000
MEANINGS = {
    "segment": "what kind of customer the shop's model takes the person for",
    "intent": "what the person wants, as the model reads the first text of a ticket",
    "sentiment": "how a text sounds, from -1 (very negative) to 1 (very positive)",
    "priority": "how soon a ticket should be answered",
    "aspects": "what a text says of a product's sides",
}
UNKNOWN = "an opinion of a model, by the name of its task"


def _lines_of(person: Person) -> list[Any]:
    """Conditions on the ledger, in pieces that a query can hold."""
    found = []
    for label, keys in person.keys.items():
        kind = label.rpartition(".")[2].lower()
        for start in range(0, len(keys), CHUNK):
            found.append(Q(kind=kind, object_id__in=keys[start : start + CHUNK]))
    return found


def forget_predictions(person: Person) -> int:
    """Delete the lines of the ledger about rows of the person."""
    return sum(Prediction.objects.filter(one).delete()[0] for one in _lines_of(person))


def shown_predictions(person: Person) -> list[dict[str, Any]]:
    """The lines of the ledger about rows of the person, with what each means."""
    columns = ("task", "kind", "object_id", "output", "created_at", "model_version__sha256")
    rows = (
        row for one in _lines_of(person) for row in Prediction.objects.filter(one).values(*columns)
    )
    return [{**row, "meaning": MEANINGS.get(row["task"], UNKNOWN)} for row in rows]


def since_first_order(person: Person) -> datetime | None:
    """Since when the shop's models of purchases know the person."""
    rows = Order.objects.filter(pk__in=person.rows_of("customers.Order"))
    first: datetime | None = rows.aggregate(first=Min("created_at"))["first"]
    return first


register(
    Record(
        "intelligence.TextVector",
        ("message__ticket__customer", "review__customer", "passage__ticket__customer"),
        {"embedding": Category.PROFILE},
        hidden=("embedding",),
    ),
    Record(
        "intelligence.PassageReading",
        ("passage__ticket__customer",),
        {"numbers": Category.PROFILE, "weights": Category.PROFILE, "sentences": Category.PROFILE},
        hidden=("numbers", "weights", "sentences"),
    ),
    Copy(
        "intelligence.Prediction",
        {"output": Category.PROFILE},
        forget_predictions,
        ("kind", "input_sha256"),
        kept="results",
        shown=shown_predictions,
    ),
)
register_impersonal(
    "machines: goods, sums over many, terms by number",
    *(
        f"intelligence.{name}"
        for name in ("ProductVector", "TermFrequency", "TopicVector", "TopicFit")
    ),
)
for task in ("recommendation", "value"):
    learns_from(task, since_first_order)
