"""Training the priority head: how soon a ticket must be worked on.

It learns from the sentences of our own alone: no public set of support tickets carries
priorities that mean the same from one shop to the next. What each step means here:

- urgent: somebody is or may be hurt, an account or a large sum is being lost, or what
  cannot be moved (a wedding, a flight, a court) is a day or two away;
- high: money, goods or trust are already lost, or will be before the week is out;
- normal: a customer's ordinary question or request;
- low: nobody waits for an answer (praise, ideas, offers, newsletters).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from intelligence.engines.fitting import Settings
from intelligence.engines.heads import Head
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.text_tables import PRIORITY_LABELS, read_texts
from intelligence.evaluation.texts import same_labels
from intelligence.training.own_sentences import LICENCE, NAME, own_sentences
from intelligence.training.text_heads import Recipe, languages_of, train_text_head
from intelligence.training.text_sets import TextSet

PRIORITIES = ("low", "normal", "high", "urgent")
TICKETS = Path(__file__).parents[1] / "evaluation" / "tickets" / "priority_dev.jsonl"

RECIPE = Recipe(
    task="priority",
    description="how soon the opening message of a ticket wants to be answered",
    labels=PRIORITIES,
    target=0.7,
    # Hashed words add nothing to so few sentences: 0.71 beside 0.72 in ten folds.
    settings=Settings(decay=3e-4, buckets=0),
)


def train_priority(data: Path, encode: Encode, backbone: str) -> Head:
    """The head of the shipped recipe when `data` is a folder, else of a table with text
    and priority. Raises TableError.
    """
    if data.is_dir():
        return train_text_head(RECIPE, shipped_sets(), encode, backbone, unseen_sets())
    table = read_texts(data, PRIORITY_LABELS).only(PRIORITIES)
    recipe = replace(RECIPE, languages=languages_of(table.texts))
    own = TextSet(data.stem, "the shop's own", same_labels(table, PRIORITIES))
    return train_text_head(recipe, [own], encode, backbone)


def shipped_sets() -> list[TextSet]:
    """What the shipped head learns from."""
    sentences = same_labels(own_sentences("priority"), PRIORITIES)
    return [TextSet(NAME, LICENCE, sentences, measured=False)]


def unseen_sets() -> list[TextSet]:
    """Tickets as customers write them, which no head learns from."""
    tickets = same_labels(read_texts(TICKETS, PRIORITY_LABELS), PRIORITIES)
    return [TextSet("tickets", LICENCE, tickets)]
