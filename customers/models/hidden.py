"""Fields that a role is not shown are blank in the rows that a request of theirs loads.

The middleware says who asks; whatever loads a customer or an order in that request, on a page,
in the API or beside another record, gets it without the hidden fields. What a row was loaded
without is never written back. Lists of plain values leave the columns out by `hidden_fields`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from django.db import models

_hidden: ContextVar[frozenset[str]] = ContextVar("hidden", default=frozenset())


def hide_for(user: Any) -> None:
    """From now on, until the request ends, rows are loaded as this user may see them."""
    rights = getattr(user, "rights", None)
    _hidden.set(rights.hidden if rights else frozenset())


@contextmanager
def nothing_hidden() -> Iterator[None]:
    """Rows are loaded whole in here: around a request, and where the shop itself acts."""
    token = _hidden.set(frozenset())
    try:
        yield
    finally:
        _hidden.reset(token)


def hidden_now() -> frozenset[str]:
    """What is hidden from whoever asks now."""
    return _hidden.get()


class HidesFields(models.Model):
    """A record with fields that roles may not be shown: `HIDES` names them by what they tell."""

    HIDES: ClassVar[dict[str, tuple[str, ...]]] = {}

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """As Django's, without what is hidden from whoever asks."""
        row = super().from_db(db, field_names, values, **options)
        if hidden := hidden_now():
            row._blank(row.hides(hidden))
        return row

    def hides(self, hidden: Iterable[str]) -> set[str]:
        """The columns of this row that tell what is hidden."""
        return {name for what in hidden for name in self.HIDES.get(what, ())}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, but for what the row was loaded without and nobody set since."""
        blanked = self.__dict__.get("_blanked", {})
        kept = {name for name, blank in blanked.items() if self.__dict__.get(name) == blank}
        if kept:
            named = kwargs.get("update_fields")
            if named is None:
                named = [field.name for field in self._meta.concrete_fields if _is_written(field)]
            kwargs["update_fields"] = [name for name in named if name not in kept]
        super().save(*args, **kwargs)

    def _blank(self, names: Iterable[str]) -> None:
        blanked = {}
        for name in names:
            if name in self.__dict__:
                field: Any = self._meta.get_field(name)
                blanked[name] = None if field.get_internal_type() == "DecimalField" else ""
        self.__dict__.update(blanked)
        self.__dict__["_blanked"] = blanked


def _is_written(field: Any) -> bool:
    return not field.primary_key and not field.generated
