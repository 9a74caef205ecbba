"""What customers write about, and how it sounds, over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from customers.insight import rows as behind
from customers.insight.buckets import Grain, buckets_of, grain_of, shared_out
from customers.insight.scope import until_today
from customers.insight.sums import Voice, voices
from customers.insight.units import Unit, shown
from customers.models import Aspect, DailyVoice, Intent
from customers.periods import Period
from customers.plots.asked import Asked
from customers.plots.over_time import CATEGORY, WHOLE, bars, drawn, lines, spans, x_axis, y_axis
from customers.plots.specs import ACCENT, BAD, SCORE_COLOUR, Plot

Kind = DailyVoice.Kind
MOST_TOPICS = 7
FEWEST_TEXTS = 3  # a mean of one or two texts says how these sound, not how customers do


def sentiment(asked: Asked) -> Plot:
    """The mean score of messages and of reviews in each part of the period."""
    period, grain, buckets = _parts(asked)
    names = {Kind.MESSAGES: _("messages"), Kind.REVIEWS: _("reviews")}
    lists = {Kind.MESSAGES: behind.messages, Kind.REVIEWS: behind.reviews}
    said = voices(period, list(names))
    rows = []
    for kind, name in names.items():
        sums = _summed((row for row in said if row[1] == kind), buckets)
        for span, bucket, voice in zip(spans(buckets, grain), buckets, sums, strict=True):
            if voice.texts >= FEWEST_TEXTS:
                rows.append(_scored(span, voice, name, lists[kind](bucket)))
    colour = {
        "field": "texts",
        "type": "nominal",
        "scale": {"domain": list(names.values()), "range": [BAD, ACCENT]},
        "legend": {"title": None, "orient": "top"},
    }
    y = y_axis("score", _("mean sentiment"), "+.1f") | {"scale": {"domain": [-1, 1]}}
    return drawn(
        rows,
        _("How customers sound over time"),
        summary=_how_they_sound(said, names),
        columns={
            "when": _("When"),
            "texts": _("Texts"),
            "score": _("mean sentiment"),
            "n": _("number"),
        },
        layer=lines(y, x_axis(buckets, grain), colour),
        **WHOLE,
    )


def _how_they_sound(said: Sequence[Any], names: dict[Any, str]) -> str:
    sentences = []
    for kind, name in names.items():
        sums = _all(row[3] for row in said if row[1] == kind)
        if sums.texts:
            words = {
                "texts": name,
                "n": shown(sums.texts, Unit.COUNT),
                "score": shown(sums.score, Unit.SCORE),
                "negative": shown(sums.negative / sums.texts, Unit.SHARE),
            }
            sentence = _(
                "Mean sentiment of %(n)s %(texts)s: %(score)s; %(negative)s of them are negative."
            )
            sentences.append(sentence % words)
    return " ".join(sentences)


def _scored(span: dict[str, Any], voice: Voice, name: str, url: str) -> dict[str, Any]:
    score = round(voice.score or 0, 3)
    say = f"{span['when']}, {name}: {shown(score, Unit.SCORE)} ({shown(voice.texts, Unit.COUNT)})"
    return {
        **span,
        "texts": name,
        "score": score,
        "n": voice.texts,
        "url": url,
        "_say": say,
    }


def intents(asked: Asked) -> Plot:
    """How many tickets came in each part of the period, by what customers want."""
    period, grain, buckets = _parts(asked)
    said = voices(period, [Kind.TICKETS])
    names = {intent.pk: str(intent) for intent in Intent.objects.all()}
    totals = _by_topic(said)
    known = [topic for topic in totals if topic in names][:MOST_TOPICS]
    shown_names = [names[topic] for topic in known] + [_("other")]
    rows = []
    for span, bucket, part in zip(
        spans(buckets, grain), buckets, _parted(said, buckets), strict=True
    ):
        rows += _stack(span, bucket, _by_topic(part), known, names)
    colour = {
        "field": "intent",
        "type": "nominal",
        "scale": {"domain": shown_names, "range": [*CATEGORY[: len(known)], CATEGORY[-1]]},
        "legend": {"title": None, "orient": "top", "columns": 3, "labelLimit": 150},
    }
    layer = bars(y_axis("_top", _("tickets")), x_axis(buckets, grain), ACCENT, color=colour)
    layer["encoding"]["y2"] = {"field": "_bottom"}
    layer["mark"] |= {"cornerRadiusTopLeft": 0, "cornerRadiusTopRight": 0}
    return drawn(
        rows,
        _("Tickets by intent over time"),
        summary=_most_wanted(totals, known, names),
        columns={"when": _("When"), "intent": _("Intent"), "tickets": _("tickets")},
        layer=[layer],
        **WHOLE,
    )


def _most_wanted(totals: dict[str, int], known: Sequence[str], names: dict[str, str]) -> str:
    if not known:
        return ""
    everything = sum(totals.values())
    words = {
        "n": shown(everything, Unit.COUNT),
        "intent": names[known[0]],
        "share": shown(totals[known[0]] / everything, Unit.SHARE),
    }
    return _("Tickets: %(n)s. Most of them ask for: %(intent)s (%(share)s).") % words


def _stack(
    span: dict[str, Any],
    bucket: Period,
    counts: dict[str, int],
    known: Sequence[str],
    names: dict[str, str],
) -> list[dict[str, Any]]:
    others = sum(n for topic, n in counts.items() if topic not in known)
    parts = [(names[topic], counts.get(topic, 0), topic) for topic in known]
    rows, bottom = [], 0
    for name, n, topic in [*parts, (_("other"), others, "")]:
        if n:
            url = behind.tickets(bucket, intent=topic)
            ends = {"_bottom": bottom, "_top": bottom + n}
            say = f"{span['when']}, {name}: {shown(n, Unit.COUNT)}"
            rows.append({**span, "intent": name, "tickets": n, **ends, "url": url, "_say": say})
            bottom += n
    return rows


def review_aspects(asked: Asked) -> Plot:
    """How each aspect sounds in reviews, over time."""
    return _aspects(asked, Kind.REVIEW_ASPECTS, _("How aspects sound in reviews"))


def message_aspects(asked: Asked) -> Plot:
    """How each aspect sounds in customers' messages, over time."""
    return _aspects(asked, Kind.MESSAGE_ASPECTS, _("How aspects sound in messages"))


def _aspects(asked: Asked, kind: str, description: str) -> Plot:
    """A square for each aspect and part of the period, coloured by the mean score."""
    period, grain, buckets = _parts(asked)
    said = voices(period, [kind])
    listed = behind.reviews if kind == Kind.REVIEW_ASPECTS else behind.messages
    order, rows = [], []
    for aspect in Aspect.objects.all():
        of_aspect = [row for row in said if row[2] == aspect.pk]
        sums = _summed(of_aspect, buckets)
        for span, bucket, voice in zip(spans(buckets, grain), buckets, sums, strict=True):
            if voice.texts:
                row = _scored(span, voice, str(aspect), listed(bucket, aspect=aspect.pk))
                rows.append({**row, "aspect": str(aspect)})
        order += [str(aspect)] if of_aspect else []
    square = {
        "mark": {"type": "rect", "xOffset": 1, "x2Offset": -1, "cursor": "pointer"},
        "encoding": {
            "x": x_axis(buckets, grain),
            "x2": {"field": "until"},
            "y": {
                "field": "aspect",
                "type": "nominal",
                "sort": order,
                "title": None,
                "scale": {"paddingInner": 0.12},
                "axis": {"domain": False, "ticks": False, "labelLimit": 150},
            },
            "color": SCORE_COLOUR,
            "href": {"field": "url"},
            "description": {"field": "_say"},
        },
    }
    return drawn(
        rows,
        description,
        summary=_ends(said),
        columns={
            "when": _("When"),
            "aspect": _("Aspect"),
            "score": _("mean sentiment"),
            "n": _("number"),
        },
        layer=[square],
        height=30 * max(3, len(order)) + 30,
    )


def _ends(said: Sequence[Any]) -> str:
    """Which aspect sounds best and which worst, of those that are spoken of often enough."""
    names = {aspect.pk: str(aspect) for aspect in Aspect.objects.all()}
    sums: dict[str, Voice] = defaultdict(Voice)
    for _day, _kind, topic, voice in said:
        sums[topic] += voice
    known = [
        (voice.score or 0, names[topic])
        for topic, voice in sums.items()
        if topic in names and voice.texts >= FEWEST_TEXTS
    ]
    if len(known) < 2:
        return ""
    (worst, low), (best, high) = min(known), max(known)
    words = {
        "best": high,
        "high": shown(best, Unit.SCORE),
        "worst": low,
        "low": shown(worst, Unit.SCORE),
    }
    return _("Best: %(best)s (%(high)s). Worst: %(worst)s (%(low)s).") % words


def _parts(asked: Asked) -> tuple[Period, Grain, list[Period]]:
    period = until_today(asked.period)
    grain = grain_of(period)
    return period, grain, buckets_of(period, grain)


def _parted(said: Iterable[Any], buckets: list[Period]) -> list[list[Any]]:
    return shared_out(said, lambda row: row[0], buckets)


def _summed(said: Iterable[Any], buckets: list[Period]) -> list[Voice]:
    return [_all(row[3] for row in part) for part in _parted(said, buckets)]


def _all(sums: Iterable[Voice]) -> Voice:
    return sum(sums, start=Voice())


def _by_topic(said: Iterable[Any]) -> dict[str, int]:
    """The number of texts of each topic, the most first."""
    counts: dict[str, int] = defaultdict(int)
    for _day, _kind, topic, voice in said:
        counts[topic] += voice.texts
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
