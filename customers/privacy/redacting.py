"""Redaction of a message: what was found in it is gone everywhere, and cannot be brought back.

No journal keeps the original: it would be the very copy that was to go. All that repeated it goes
along: other texts of the person, drafts and summaries, the journal's earlier states, the original
mail, vectors and what models said of the old text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers.models import InboundMail, JournalChange, MeaningSearch, Message, User
from customers.privacy.copies import forget_answers_with
from customers.privacy.data_map import RECORDS, Category, Record
from customers.privacy.detecting import Found, detect, mark, redacted
from customers.privacy.files import delete_file
from customers.privacy.person import Needles
from customers.signals import text_redacted

COLUMNS = ("body", "quoted_text")


def found_in(message: Message, kinds: Collection[str]) -> dict[str, list[Found]]:
    """What of these kinds stands in the texts of a message, by column."""
    customer = message.ticket.customer
    known = [customer.name, *customer.name.split()] if customer and customer.name else []
    return {name: detect(getattr(message, name), kinds, known) for name in COLUMNS}


def redact(message: Message, kinds: Collection[str], *, by: User) -> int:
    """Take what is of these kinds out of a message for good; how many finds that were."""
    with transaction.atomic():
        row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        found = found_in(row, kinds)
        finds = [one for several in found.values() for one in several]
        if not finds:
            return 0
        for name, several in found.items():
            setattr(row, name, redacted(getattr(row, name), several))
        row.save(update_fields=[*COLUMNS, "updated_at"])
        values = {one.value: mark(one.kind) for one in finds}
        row.mentions.all().delete()
        _in_texts_of_ticket(row, values)
        _in_journal(row, values)
        mails = InboundMail.objects.filter(message=row).exclude(raw="")
        for path in list(mails.values_list("raw", flat=True)):
            transaction.on_commit(partial(delete_file, path))
        mails.update(raw="")
        forget_answers_with(Needles(names=list(values), values=set(values)))
        MeaningSearch.objects.all().delete()
        text_redacted.send(sender=Message, pks=[row.pk])
        _tell(row, finds, by)
    return len(finds)


def _in_texts_of_ticket(message: Message, values: dict[str, str]) -> None:
    """Whatever else of the ticket says the same."""
    for record in RECORDS.values():
        paths = [path.removesuffix("customer") for path in record.paths if "ticket" in path]
        if record.label == "customers.Ticket":
            rows = record.model._base_manager.filter(pk=message.ticket_id)
        elif paths:
            rows = record.model._base_manager.filter(**{paths[0].rstrip("_"): message.ticket_id})
        else:
            continue
        _clean(record, rows, values)


def _clean(record: Record, rows: Any, values: dict[str, str]) -> None:
    names = [name for name, sort in record.columns.items() if sort == Category.CONTENT]
    for row in rows.only("pk", *names) if names else ():
        fresh = {
            name: now
            for name in names
            if (now := replaced(getattr(row, name), values)) != getattr(row, name)
        }
        if fresh:
            record.model._base_manager.filter(pk=row.pk).update(**fresh)


def _in_journal(message: Message, values: dict[str, str]) -> None:
    told = {"customers.message": list(message.ticket.messages.values_list("pk", flat=True)),
            "customers.ticket": [message.ticket_id]}  # fmt: skip
    for label, keys in told.items():
        for change in JournalChange.objects.filter(model=label, pks__overlap=keys):
            change.before = replaced(change.before, values)
            change.after = replaced(change.after, values)
            change.save(update_fields=["before", "after"])


def replaced(value: Any, values: dict[str, str]) -> Any:
    """A text or JSON value with these stretches replaced."""
    if isinstance(value, str):
        for said, shown in values.items():
            value = value.replace(said, shown)
        return value
    if isinstance(value, list):
        return [replaced(one, values) for one in value]
    if isinstance(value, dict):
        return {key: replaced(one, values) for key, one in value.items()}
    return value


def _tell(message: Message, finds: list[Found], by: User) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        counts = Counter(str(one.label) for one in finds)
        told = ", ".join(f"{label}: {count}" for label, count in sorted(counts.items()))
        message.ticket.add_message(
            _("%(who)s took personal data out of a message: %(what)s") % {"who": by, "what": told},
            author_kind=Message.Author.SYSTEM,
            is_internal=True,
        )
