"""Macros that fit a ticket, filled in from its records."""

from __future__ import annotations

from customers.models import Draft
from intelligence.assisting import parts
from intelligence.assisting.asked import likeness
from intelligence.assisting.suggestion import Matter, Suggestion, source

LEAST_LIKENESS = 0.35
FOR_INTENT = 0.15  # added where a macro is called as what the customer wants


def macro_replies(matter: Matter, most: int) -> list[Suggestion]:
    """Up to `most` macros in the ticket's language, the most alike to what is asked first."""
    macros = [
        macro
        for macro in parts.filled_macros(matter.ticket, matter.draft.asked_by)
        if macro.language in ("", matter.asked.language) and macro.text.strip()
    ]
    likes = likeness(matter.asked, [f"{macro.name}\n{macro.text}" for macro in macros])
    ranked = sorted(
        (
            (like + _for_intent(matter, f"{macro.category} {macro.name}"), macro)
            for like, macro in zip(likes, macros, strict=True)
        ),
        key=lambda pair: -pair[0],
    )
    return [
        Suggestion(
            Draft.Origin.MACRO,
            macro.text.strip(),
            min(1.0, score),
            [source("macro", macro.pk, macro.name), *matter.order_source()],
        )
        for score, macro in ranked[:most]
        if score >= LEAST_LIKENESS
    ]


def _for_intent(matter: Matter, called: str) -> float:
    intent = matter.ticket.intent or matter.ticket.suggested_intent
    called = called.casefold()
    fits = intent is not None and (
        intent.name.casefold() in called or intent.slug.replace("_", " ") in called
    )
    return FOR_INTENT if fits else 0.0
