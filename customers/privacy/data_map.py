"""The data map: every column that holds personal data, and what becomes of it.

Two sorts of places hold a person's data. A `Record` leads to the person by foreign keys. A `Copy`
does not: it repeats what records said (a journal, kept answers, files), and knows itself how to
forget. Export, erasure, retention, the scrubbing of logs and the canary tests all derive from
these two lists; a test fails for a text column that stands in neither.

Apps above register theirs (`register`), when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from customers.privacy.person import Person


class Category(StrEnum):
    """What sort of personal data a column holds."""

    IDENTITY = "identity"  # name, company, keys of other systems
    CONTACT = "contact"  # addresses and numbers
    CONTENT = "content"  # what the person wrote, or was written to or about them
    PROFILE = "profile"  # opinions of models
    BEHAVIOUR = "behaviour"  # what they bought, asked, were shown
    FILE = "file"


@dataclass(frozen=True)
class Record:
    """A model with a path to the customer.

    `paths` are look-ups to the customer ("" for the customer itself), `also` further rows that
    are the person's by their addresses. `columns` hold personal data. `plain` names the text
    columns that hold none. A row goes when the person is erased; where `stays` gives a reason it
    stays without them: `clears` says what its columns become, `keeps` why a column of it is
    kept as it is. `kept` is the retention class; without one it goes with the row that it
    belongs to. What `shown` names not is not given to the person: it is others' or the machine's.
    """

    label: str
    paths: tuple[str, ...]
    columns: Mapping[str, Category] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    kept: str = ""
    stays: str = ""
    clears: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    also: Callable[[Person], Q] | None = None
    hidden: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        """The model."""
        return apps.get_model(self.label)

    def of(self, person: Person) -> models.QuerySet[Any]:
        """The rows of a person, by their customer's number and, while it is known, addresses."""
        condition = reduce(
            or_, (Q(**{path or "pk": person.pk}) for path in self.paths), Q(pk__in=[])
        )
        if self.also is not None:
            condition |= self.also(person)
        rows = self.model._base_manager.filter(condition)
        return self.model._base_manager.filter(pk__in=rows.order_by().values("pk"))

    def files(self) -> list[str]:
        """The columns that name files."""
        return [one.name for one in self.model._meta.concrete_fields
                if isinstance(one, models.FileField)]  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """A model without a path to the customer that repeats personal data.

    `forget` erases a person from it and says how many rows it changed; it can be called again.
    It is called twice: while the person's rows stand, and with their numbers alone when they
    are gone. `shown` gives what of it belongs into the person's own export.
    """

    label: str
    columns: Mapping[str, Category]
    forget: Callable[[Person], int]
    plain: tuple[str, ...] = ()
    kept: str = ""
    shown: Callable[[Person], list[dict[str, Any]]] | None = None

    @property
    def model(self) -> type[models.Model]:
        """The model."""
        return apps.get_model(self.label)


RECORDS: dict[str, Record] = {}
COPIES: dict[str, Copy] = {}
# Models that hold no personal data of customers, each with the reason.
IMPERSONAL: dict[str, str] = {}


def register(*entries: Record | Copy) -> None:
    """Put entries on the map; later ones stand for earlier ones of the same model."""
    for entry in entries:
        target: dict[str, Any] = RECORDS if isinstance(entry, Record) else COPIES
        target[entry.label] = entry


def register_impersonal(reason: str, *labels: str) -> None:
    """Say that these models hold nothing of customers."""
    IMPERSONAL.update(dict.fromkeys(labels, reason))


# Names of columns that hold no personal data wherever they stand: codes, versions, reasons of
# failures of machines.
PLAIN_EVERYWHERE = frozenset(
    {"currency", "language", "model_version", "generator", "attempts", "sha256", "content_type",
     "embedding_version", "task", "status"}
)  # fmt: skip
TEXT_TYPES = (models.CharField, models.TextField, models.JSONField, models.FileField,
              models.BinaryField)  # fmt: skip


def text_columns(model: type[models.Model]) -> Iterator[str]:
    """The columns of a model that could hold what somebody wrote: texts, JSON, lists, files,
    vectors; not what is chosen from a closed list, nor what the database computes.
    """
    for one in model._meta.concrete_fields:
        if one.generated or one.is_relation or one.choices or one.name in PLAIN_EVERYWHERE:
            continue
        is_slug = isinstance(one, models.SlugField)
        is_vector = "Vector" in type(one).__name__
        is_list = one.get_internal_type() == "ArrayField"
        if (isinstance(one, TEXT_TYPES) and not is_slug) or is_vector or is_list:
            yield one.name


def leading_to(target: type[models.Model]) -> set[type[models.Model]]:
    """All models from which foreign keys lead to `target`, however many steps."""
    found = {target}
    while True:
        more = {
            model
            for model in apps.get_models()
            for one in model._meta.concrete_fields
            if one.is_relation and one.related_model in found and model not in found
        }
        if not more:
            return found
        found |= more


def not_mapped() -> list[str]:
    """What the map leaves out: models, and columns of models on it. Nothing, if it is whole."""
    from customers.models import Customer

    told: list[str] = []
    by_path = leading_to(Customer)
    for model in apps.get_models():
        label = model._meta.label
        entry = RECORDS.get(label) or COPIES.get(label)
        if entry is None:
            if model in by_path or label not in IMPERSONAL:
                told.append(label)
            continue
        known = {*entry.columns, *entry.plain, *getattr(entry, "keeps", ())}
        told += [f"{label}.{name}" for name in text_columns(model) if name not in known]
    return told
