"""The weekly digest: what was worth knowing of a week of the shop, kept as it was then."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from customers.insight.aggregates import refresh
from customers.insight.figures import Figure
from customers.insight.paragraphs import statements_about
from customers.insight.queries import Runner
from customers.insight.scope import Scope, Shop
from customers.insight.sentences import (
    Sentence,
    Statement,
    UncheckedNumber,
    confirm,
    most_important,
    sentence_of,
)
from customers.insight.stored import QUERIES
from customers.models import DailySales, WeeklyDigest
from customers.periods import Period, shop_now

logger = logging.getLogger(__name__)

WEEK = timedelta(weeks=1)
MOST_SENTENCES = 11  # of them at most four about the desk
KEPT_BACK = 8  # so many weeks are told when the first digest is made


def last_whole_week() -> date:
    """The Monday of the latest week of the shop that is over.

    The shop's time stands still at its last sale. Where the week of that sale has just ended
    by the calendar, the shop is alive and that week is whole; an imported shop that ended
    within a week years ago has only the weeks before it.
    """
    sold = timezone.localdate(shop_now())
    week = sold - timedelta(days=sold.weekday())
    since = timezone.localdate() - week
    return week if WEEK <= since < 2 * WEEK else week - WEEK


def make_digests() -> list[WeeklyDigest]:
    """Make the digest of the last whole week, if it has none; the first time those of the
    weeks before it as well. Weeks in which nothing was sold have none.
    """
    refresh()
    last = last_whole_week()
    count = 1 if WeeklyDigest.objects.exists() else KEPT_BACK
    weeks = [last - number * WEEK for number in reversed(range(count))]
    told = set(WeeklyDigest.objects.filter(week_on__in=weeks).values_list("week_on", flat=True))
    return [made for week in weeks if week not in told and (made := make_digest(week))]


def make_digest(week: date) -> WeeklyDigest | None:
    """Tell a week, from its Monday on; None where nothing was sold or came back in it."""
    period = Period(week, week + WEEK - timedelta(days=1))
    if not DailySales.objects.filter(day_on__range=(period.first, period.last)).exists():
        return None
    scope = Scope(period, next(iter(Shop().currencies), ""))
    chosen = most_important(_confirmed(statements_about("digest", scope)), MOST_SENTENCES)
    stored = [_as_json(statement) for statement in chosen]
    made, _ = WeeklyDigest.objects.get_or_create(
        week_on=week, defaults={"statements": stored, "made_at": timezone.now()}
    )
    return made


def sentences_of(digest: WeeklyDigest, *, check: bool = False) -> list[Sentence]:
    """The digest in the active language. A figure is shown only as its query gave it: sealed
    then, or asked again now. With `check` all are asked again, and sentences say what changed.
    """
    runner = Runner(QUERIES)
    told = []
    for stored in digest.statements:
        try:
            told.append(_told(stored, runner, check=check))
        except UncheckedNumber as problem:
            logger.error("A sentence of the digest of %s is not shown: %s", digest.week_on, problem)
    return told


def _told(stored: Mapping[str, Any], runner: Runner, *, check: bool) -> Sentence:
    try:
        figures = {slot: Figure.of(one) for slot, one in stored["figures"].items()}
        unsealed = {
            slot: figure
            for slot, figure in figures.items()
            if not figure.is_sealed_by(stored["figures"][slot]["seal"])
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise UncheckedNumber(f"it is not as digests store it: {error!r}") from error
    confirm(unsealed, runner)
    sentence = sentence_of(Statement(stored["key"], figures))
    return replace(sentence, changes=_changes(figures, runner)) if check else sentence


def _changes(figures: Mapping[str, Figure], runner: Runner) -> list[tuple[str, str]]:
    """What each figure was and is now, where records changed since."""
    pairs = [(figure, figure.asked_again(runner)) for figure in figures.values()]
    return [(then.text, now.text) for then, now in pairs if then.value != now.value]


def _confirmed(statements: list[Statement]) -> list[Statement]:
    """Those that can be told: a digest stores nothing that it could not show."""
    runner = Runner(QUERIES)
    kept = []
    for statement in statements:
        try:
            confirm(statement.figures, runner)
        except UncheckedNumber as problem:
            logger.error("A statement (%s) is not kept: %s", statement.key, problem)
        else:
            kept.append(statement)
    return kept


def _as_json(statement: Statement) -> dict[str, Any]:
    figures = {slot: figure.as_json() for slot, figure in statement.figures.items()}
    return {"key": statement.key, "figures": figures}
