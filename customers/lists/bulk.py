"""Edits of many customers at once: what can be done, and doing it in chunks.

Each chunk is a transaction of its own, with its share of the one journal entry, so that
others see how far it is, and that a worker that takes over goes on where it was cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models import F, Func, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.forms import FORM_FIELDS, PREFIX
from customers.custom_fields.values import parsed
from customers.journal.recording import CHUNK, continued
from customers.lists.rows import customers_of
from customers.models import BulkEdit, Company, Customer, CustomField, JournalEntry

AT_ONCE = 1000  # so many rows are edited while somebody waits


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do to many rows: `columns` are written, `field` asks for the value, and
    `edit` does it.
    """

    label: Any
    columns: tuple[str, ...]
    field: Callable[[], forms.Field]
    edit: Callable[[models.QuerySet[Any], Any], Any]


def _set(column: str) -> Callable[[models.QuerySet[Any], Any], Any]:
    return lambda rows, value: rows.update(**{column: value, "updated_at": timezone.now()})


def _add_tag(rows: models.QuerySet[Any], tag: str) -> None:
    longer = Func(F("tags"), Value(tag), function="array_append")
    rows.exclude(tags__contains=[tag]).update(tags=longer, updated_at=timezone.now())


def _remove_tag(rows: models.QuerySet[Any], tag: str) -> None:
    shorter = Func(F("tags"), Value(tag), function="array_remove")
    rows.filter(tags__contains=[tag]).update(tags=shorter, updated_at=timezone.now())


def _set_company(rows: models.QuerySet[Any], name: str) -> None:
    _set("company")(rows, name)
    Company.objects.gather(rows.order_by().values_list("pk", flat=True))


def _set_custom(key: str) -> Callable[[models.QuerySet[Any], Any], Any]:
    def edit(rows: models.QuerySet[Any], value: Any) -> None:
        is_empty = value in (None, "", [])
        operand = Value(key) if is_empty else Value({key: value}, models.JSONField())
        joiner = "-" if is_empty else "||"
        changed = Func(F("custom"), operand, template="(%(expressions)s)", arg_joiner=joiner)
        rows.update(custom=changed, updated_at=timezone.now())

    return edit


def _text(most: int, *, required: bool = False) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(label=_("Value"), max_length=most, required=required)


def _consent() -> forms.Field:
    said = [("true", _("agreed")), ("false", _("refused")), ("", _("not asked"))]
    return forms.TypedChoiceField(
        label=_("Value"),
        choices=said,
        required=False,
        coerce=lambda said: said == "true",
        empty_value=None,
    )


ACTIONS: Mapping[str, Action] = {
    "add_tag": Action(_("Add a tag"), ("tags",), _text(40, required=True), _add_tag),
    "remove_tag": Action(_("Remove a tag"), ("tags",), _text(40, required=True), _remove_tag),
    "country": Action(_("Set the country"), ("country",), _text(60), _set("country")),
    "city": Action(_("Set the city"), ("city",), _text(80), _set("city")),
    "language": Action(_("Set the language"), ("language",), _text(8), _set("language")),
    "company": Action(_("Set the company"), ("company",), _text(200), _set_company),
    "consent": Action(
        _("Set the consent to marketing"),
        ("marketing_consent",),
        _consent,
        _set("marketing_consent"),
    ),
}


def actions() -> dict[str, Action]:
    """Everything that can be done to many customers, the shop's own fields last."""
    return {**ACTIONS, **{PREFIX + f.key: _of_field(f) for f in CustomField.objects.of("customer")}}


def _of_field(field: CustomField) -> Action:
    def asked() -> forms.Field:
        made = FORM_FIELDS[field.type](field)
        made.label, made.required = _("Value"), field.is_required
        return made

    return Action(
        _("Set: %(name)s") % {"name": field.name}, ("custom",), asked, _set_custom(field.key)
    )


def kept_value(action: str, value: Any) -> Any:
    """A value that a form gave, as the row of a bulk edit keeps it."""
    if not action.startswith(PREFIX):
        return value
    key = action.removeprefix(PREFIX)
    return parsed(CustomField.objects.of("customer").get(key=key), value)


def rows_to_edit(edit: BulkEdit) -> Any:
    """The customers that a bulk edit is for, as far as whoever asked may see them."""
    if edit.pks is None:
        return customers_of(edit.query, edit.created_by)
    return Customer.objects.visible_to(edit.created_by).filter(pk__in=edit.pks).order_by()


def edit_rows(edit: BulkEdit) -> None:
    """Do a bulk edit from where it stands to its end, or until it is cancelled."""
    action = actions()[edit.action]
    rows = rows_to_edit(edit)
    if edit.rows_total is None:
        edit.rows_total = rows.count()
    if edit.entry is None:
        kind = JournalEntry.Kind.BULK_EDITED
        edit.entry = JournalEntry.objects.create(kind=kind, by=edit.created_by)
    edit.save(update_fields=["rows_total", "entry"])
    while pks := _next_chunk(rows, edit):
        _edit_chunk(edit, action, pks)
        if not edit.note(edit.row_count + len(pks)):
            break
    if not edit.entry.row_count:
        edit.entry.delete()  # nothing was changed: there is nothing to tell or undo


def _next_chunk(rows: Any, edit: BulkEdit) -> list[int]:
    further = rows.filter(pk__gt=edit.last_pk).order_by("pk")
    return list(further.values_list("pk", flat=True)[:CHUNK])


def _edit_chunk(edit: BulkEdit, action: Action, pks: list[int]) -> None:
    chosen = Customer.objects.filter(pk__in=pks)
    entry: Any = edit.entry
    with continued(entry) as journal:
        list(chosen.select_for_update().order_by("pk").values_list("pk", flat=True))
        with journal.watching(chosen, *action.columns):
            action.edit(chosen, edit.value)
        edit.last_pk = pks[-1]
        edit.save(update_fields=["last_pk"])
