"""The corrections of staff as texts to learn from, and the rows that nobody learns from.

Which rows are held out is known from the text itself: the same tenth of all texts, now and
after any number of trainings. Beside them stand the tickets that come with the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from customers.models import Correction, Intent, Message, Purpose, Review
from customers.privacy.consents import allowed_q
from intelligence.analysis.kinds.messages import message_text
from intelligence.analysis.kinds.reviews import review_text
from intelligence.engines.language import language_of
from intelligence.evaluation.text_tables import TextTable, read_texts
from intelligence.training.text_sets import MEASURED, digest, tenth_of

GOLDEN = Path(__file__).parents[1] / "evaluation" / "tickets"
LABEL_COLUMNS = ("label", "intent")


@dataclass(frozen=True, slots=True)
class Corrected:
    """`learnt` may teach; `held_out` are the shop's own rows that never do."""

    learnt: TextTable
    held_out: TextTable


def corrected(task: str, languages: tuple[str, ...]) -> Corrected:
    """What staff said about texts in these languages, the latest word on each text."""
    known = {digest(text) for text in golden(task).texts}
    latest = {
        digest(text): (text, label)
        for text, label in _texts(task)
        if language_of(text) in languages
    }
    rows = [row for key, row in latest.items() if key not in known]
    learnt = [row for row in rows if tenth_of(row[0]) != MEASURED]
    return Corrected(_table(learnt), _table([row for row in rows if row not in learnt]))


def golden(task: str) -> TextTable:
    """The labelled texts of a task that come with the code and teach nothing."""
    path = GOLDEN / f"{task}_dev.jsonl"
    return read_texts(path, LABEL_COLUMNS) if path.exists() else _table([])


def joined(*tables: TextTable) -> TextTable:
    """The rows of several tables, one after another."""
    return _table([row for one in tables for row in zip(one.texts, one.labels, strict=True)])


def _texts(task: str) -> Iterator[tuple[str, str]]:
    """Text and label of each correction, oldest first."""
    rows = Correction.objects.filter(task=task).order_by("said_at", "pk")
    for purpose in (Purpose.PROFILING, Purpose.TRAINING):
        for path in ("ticket__customer__", "message__ticket__customer__", "review__customer__"):
            rows = rows.filter(allowed_q(purpose, path))
    if task == Correction.Task.SENTIMENT:
        yield from _of_texts(rows)
        return
    if task == Correction.Task.INTENT:
        rows = rows.filter(label__in=Intent.objects.filter(is_active=True).values("pk"))
    decided = dict(rows.values_list("ticket", "label"))
    openings = Message.objects.opening_of(list(decided)).select_related("ticket")
    texts = {row.ticket_id: message_text(row, opening=True) for row in openings}
    yield from ((texts[pk], label) for pk, label in decided.items() if pk in texts)


def _of_texts(rows: object) -> Iterator[tuple[str, str]]:
    """As models read a message or a review: an opening message with its subject."""
    found = list(rows.select_related("message__ticket", "review"))  # type: ignore[attr-defined]
    tickets = {row.message.ticket_id for row in found if row.message}
    openings = set(Message.objects.opening_of(tickets).values_list("pk", flat=True))
    for row in found:
        if row.message:
            yield message_text(row.message, opening=row.message.pk in openings), row.label
        elif isinstance(row.review, Review):
            yield review_text(row.review), row.label


def _table(rows: list[tuple[str, str]]) -> TextTable:
    texts, labels = tuple(text for text, _ in rows), tuple(label for _, label in rows)
    return TextTable(texts, labels, tuple(range(len(rows))))
