"""What other parts of the product give to assistance, each asked for in one place.

A part that is not installed gives nothing, and the suggestion that needs it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.utils import timezone

from customers.models import Passage, Ticket, User


@dataclass(frozen=True, slots=True)
class Written:
    """What a generator wrote, and which one it was."""

    text: str
    generator: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class FilledMacro:
    """A macro with its variables filled in for a ticket."""

    pk: int
    name: str
    text: str
    language: str


def part(module: str, name: str) -> Any:
    """Something of a module of ours, or None where the module is not there."""
    try:
        return getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        if not module.startswith(error.name or "-"):
            raise  # the module is there, and misses another
        return None


def public_hits(question: str, language: str, limit: int) -> list[tuple[Passage, float]]:
    """Passages that everybody may read and that may answer the question, with how well they
    fit, in [0, 1]. Solved tickets are never among them: their text is other people's.
    """
    retrieve = part("intelligence.answering.retrieval", "retrieve")
    if retrieve is None or not question.strip():
        return []
    readable = Passage.objects.readable(by_staff=False, on=timezone.localdate())
    hits = retrieve(question, language=language, passages=readable.filter(ticket=None), limit=limit)
    return [(hit.passage, float(hit.score)) for hit in hits]


def answer_reader() -> Any:
    """The reader of answers, or None."""
    load = part("intelligence.loaded", "answer_reader")
    return load() if load else None


def filled_macros(ticket: Ticket, agent: User | None) -> list[FilledMacro]:
    """Every macro that the agent may use, filled in from the ticket's records."""
    model = part("customers.models.macro", "Macro")
    render: Callable[..., str] | None = part("customers.macros", "render")
    if model is None or render is None:
        return []
    macros = model.objects.visible_to(agent) if agent else model.objects.all()
    return [
        FilledMacro(
            macro.pk,
            str(macro),
            str(render(macro, ticket, agent)),
            getattr(macro, "language", ""),
        )
        for macro in macros.order_by("pk")[:MOST_MACROS]
    ]


def generate(
    feature: str, instructions: str, texts: Sequence[str], *, user: User | None, known: Any
) -> Written | None:
    """A text by the generator that is on for a feature (reply or summary); None where none is.
    Raises GeneratorError with a reason to show.
    """
    ask = part("intelligence.generating", "generate")
    features = part("intelligence.generating", "Feature")
    if ask is None:
        return None
    wanted = features(feature) if features else feature
    made = ask(wanted, instructions, list(texts), user=user, known=known)
    if made is None:
        return None
    name = getattr(made, "generator", "") or getattr(made, "name", "")
    return Written(made.text, str(name), str(getattr(made, "version", "") or ""))


def supported(sentences: Sequence[str], sources: Sequence[str]) -> list[bool]:
    """Whether each sentence is borne out by one of the sources. Where nothing can tell, none
    is: what cannot be checked is not suggested.
    """
    check = part("intelligence.engines.support", "supported")
    if check is None:
        return [False] * len(sentences)
    return [bool(one) for one in check(list(sentences), list(sources))]


MOST_MACROS = 200


def names_of(people: Iterable[str]) -> list[str]:
    """Known names for masking: whole names, without empty ones."""
    return [name for name in people if name.strip()]
