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

MOST_MACROS = 200


@dataclass(frozen=True, slots=True)
class Written:
    """What a generator wrote, and which one it was."""

    text: str
    generator: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class FilledMacro:
    """A macro with its variables filled in for a ticket."""

    pk: int
    name: str
    category: str
    language: str
    text: str


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
    """Every active macro, filled in from the ticket's records."""
    model = part("customers.models.macro", "Macro")
    render: Callable[..., Any] | None = part("customers.macros", "render")
    if model is None or render is None or agent is None:
        return []
    return [
        FilledMacro(macro.pk, macro.name, macro.category, macro.language, rendered.text)
        for macro in model.objects.visible_to(agent).active().order_by("pk")[:MOST_MACROS]
        for rendered in [render(macro, ticket, agent)]
    ]


def generate(
    feature: str,
    instructions: str,
    texts: Sequence[str],
    *,
    user: User | None,
    known: Sequence[str],
    passages: Sequence[str] = (),
    fields: Sequence[str] = (),
) -> Written | None:
    """A text by the generator that is on for a feature (reply or summary); None where none is.
    `texts` are of others, `passages` the shop's own, and `fields` says what they are. Raises
    GeneratorError with a reason to show.
    """
    ask: Callable[..., Any] | None = part("intelligence.generating", "generate")
    if ask is None:
        return None
    told = {"user": user, "known": known, "passages": list(passages), "fields": list(fields)}
    made = ask(feature, instructions, list(texts), **told)
    return None if made is None else Written(made.text, made.generator, made.model)


def supported(sentences: Sequence[str], sources: Sequence[str]) -> list[bool]:
    """Whether each sentence is borne out by one of the sources. Where nothing can tell, none
    is: what cannot be checked is not suggested.
    """
    support_of: Callable[..., Any] | None = part("intelligence.engines.support", "support_of")
    if support_of is None:
        return [False] * len(sentences)
    found = [support_of(sentence, list(sources)) for sentence in sentences]
    return [bool(parts) and all(one.passage is not None for one in parts) for parts in found]


def names_of(people: Iterable[str]) -> list[str]:
    """Known names for masking: whole names, without empty ones."""
    return [name for name in people if name.strip()]
