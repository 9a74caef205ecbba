"""Macros that fit a ticket, filled in from its records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from customers.macros import render
from customers.models import Draft, Macro
from intelligence.assisting.asked import likeness
from intelligence.assisting.suggestion import Matter, Suggestion, source

MOST_MACROS = 200
LEAST_LIKENESS = 0.35
FOR_INTENT = 0.15  # added where a macro is called as what the customer wants


@dataclass(frozen=True, slots=True)
class Filled:
    """A macro with its variables filled in for a ticket."""

    macro: Macro
    text: str


def macro_replies(matter: Matter, most: int) -> list[Suggestion]:
    """Up to `most` macros in the ticket's language, the most alike to what is asked first."""
    macros = list(_filled(matter))
    likes = likeness(matter.asked, [f"{one.macro.name}\n{one.text}" for one in macros])
    ranked = sorted(
        (
            (like + _for_intent(matter, f"{one.macro.category} {one.macro.name}"), one)
            for like, one in zip(likes, macros, strict=True)
        ),
        key=lambda pair: -pair[0],
    )
    return [
        Suggestion(
            Draft.Origin.MACRO,
            one.text,
            min(1.0, score),
            [source("macro", one.macro.pk, one.macro.name), *matter.order_source()],
        )
        for score, one in ranked[:most]
        if score >= LEAST_LIKENESS
    ]


def _filled(matter: Matter) -> Iterator[Filled]:
    """The active macros in the ticket's language, filled in from its records."""
    agent = matter.draft.asked_by
    if agent is None:
        return
    rows = Macro.objects.visible_to(agent).active().order_by("pk")
    for macro in rows.filter(language__in=("", matter.asked.language))[:MOST_MACROS]:
        if text := render(macro, matter.ticket, agent).text.strip():
            yield Filled(macro, text)


def _for_intent(matter: Matter, called: str) -> float:
    intent = matter.ticket.intent or matter.ticket.suggested_intent
    called = called.casefold()
    fits = intent is not None and (
        intent.name.casefold() in called or intent.slug.replace("_", " ") in called
    )
    return FOR_INTENT if fits else 0.0
