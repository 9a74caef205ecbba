"""Training the intent head: what a ticket is about, or that it is about nothing we know.

Generated utterances alone teach a head their templates (it then reads half of real
tickets right), so the sentences of our own weigh more than all others together:
docs/decisions/0005-text-heads.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from customers.taxonomies import INTENTS
from intelligence.engines.fitting import Settings
from intelligence.engines.heads import Head
from intelligence.evaluation.encode import Encode
from intelligence.evaluation.text_tables import INTENT_LABELS, TextTable, read_texts
from intelligence.evaluation.texts import same_labels
from intelligence.training import bitext
from intelligence.training.own_sentences import LICENCE, NAME, own_sentences
from intelligence.training.table_checks import checked
from intelligence.training.text_heads import Recipe, languages_of, train_text_head
from intelligence.training.text_sets import TextSet

OUT_OF_SCOPE = "out_of_scope"
TICKETS = Path(__file__).parents[1] / "evaluation" / "tickets" / "intent_dev.jsonl"
# Domains of CLINC150 that no shop is asked about; its others come close to orders and
# payments, or are small words such as "yes" and "cancel".
FOREIGN = ("oos", "travel", "utility", "auto_and_commute", "work")
FOREIGN_ROWS = 300

RECIPE = Recipe(
    task="intent",
    description="what the opening message of a ticket is about",
    labels=(*(slug for slug, _, _ in INTENTS), OUT_OF_SCOPE),
    silent=(OUT_OF_SCOPE,),
    silence="this does not look like any of the known intents",
    target=0.95,
    settings=Settings(decay=1e-4, gram_decay=1e-3),
)


def train_intent(data: Path, encode: Encode, backbone: str) -> Head:
    """The head of the shipped recipe when `data` is the folder of its sets, else of a
    table with text and intent. Raises TableError.
    """
    if data.is_dir():
        return train_text_head(RECIPE, shipped_sets(data), encode, backbone, unseen_sets())
    table = read_texts(data, INTENT_LABELS)
    return train_text_head(*table_recipe(data.stem, table), encode, backbone)


def table_recipe(name: str, table: TextTable) -> tuple[Recipe, list[TextSet]]:
    """A shop's own intents, and what is out of scope for any shop."""
    labels = tuple(sorted(set(checked(table).labels) | {OUT_OF_SCOPE}))
    recipe = replace(RECIPE, labels=labels, languages=languages_of(table.texts))
    foreign = own_sentences("intent").only([OUT_OF_SCOPE])
    return recipe, [
        TextSet(name, "the shop's own", same_labels(table, labels)),
        TextSet(NAME, LICENCE, same_labels(foreign, labels), 1 / len(labels), measured=False),
    ]


def shipped_sets(folder: Path) -> list[TextSet]:
    """What the shipped head learns from."""
    labels = RECIPE.labels
    own = same_labels(own_sentences("intent"), labels)
    utterances = same_labels(bitext.bitext(folder).only(labels), labels)
    return [
        TextSet(NAME, LICENCE, own, 1.0, measured=False),
        TextSet(bitext.NAME, bitext.LICENCE, utterances, 0.5, typical=False, rows_of_answer=600),
        foreign_questions(folder, 0.015),
    ]


def unseen_sets() -> list[TextSet]:
    """Tickets as customers write them, which no head learns from."""
    table = read_texts(TICKETS, INTENT_LABELS)
    return [TextSet("tickets", LICENCE, same_labels(table, RECIPE.labels))]


def foreign_questions(folder: Path, share: float) -> TextSet:
    """Questions of CLINC150 that are out of scope for a shop."""
    table = read_texts(folder / "clinc150/train.parquet", ["domain"]).only(FOREIGN)
    chosen = TextSet("", "", same_labels(table, FOREIGN)).at_most(FOREIGN_ROWS).question.texts
    foreign = replace(table, texts=chosen, labels=(OUT_OF_SCOPE,) * len(chosen))
    return TextSet("clinc150", "CC BY 3.0", same_labels(foreign, RECIPE.labels), share)
