"""`evaluate contradictions`: how many planted contradictions are found, and near misses not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intelligence.engines.content_words import content_stems
from intelligence.engines.contradictions import contradictions
from intelligence.engines.statements import Text
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.encode import Encode


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts with whether they contradict, and words that name what the shop sells."""

    things: frozenset[str]
    pairs: list[tuple[Text, Text, bool]]


def read_pairs(path: Path) -> Pairs:
    """The pairs of a JSONL file: {"things": [...]} first, then one pair a line with `language`,
    `contradicts`, and `first` and `second` of `title`, `text` and perhaps `product`.
    Raises TableError.
    """
    try:
        head, *rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        pairs = [
            (_text(row, "first"), _text(row, "second"), bool(row["contradicts"])) for row in rows
        ]
        return Pairs(content_stems(" , ".join(head["things"])), pairs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(f"{path} holds no pairs of texts: {error}") from error


def evaluate_contradictions(pairs: Pairs, encode: Encode | None) -> dict[str, Any]:
    """Recall and precision on every other pair (those that thresholds were not chosen by), on
    the pairs that they were, and of each language; and which pairs were judged wrongly.
    """
    found = [
        bool(contradictions((one, other), things=pairs.things, embed=encode))
        for one, other, _ in pairs.pairs
    ]
    truth = [truth for *_, truth in pairs.pairs]
    places = range(len(truth))
    languages = sorted({one.language for one, *_ in pairs.pairs})
    wrong = [at for at in places if found[at] != truth[at]]
    return {
        **_figures("", found, truth, [at for at in places if at % 2]),
        **_figures("tuned_", found, truth, [at for at in places if not at % 2]),
        **{
            name: value
            for language in languages
            for name, value in _figures(
                f"{language}_",
                found,
                truth,
                [at for at in places if at % 2 and pairs.pairs[at][0].language == language],
            ).items()
        },
        "wrong": [f"{at + 2}: {pairs.pairs[at][0].body}" for at in wrong],
    }


def _figures(prefix: str, found: list[bool], truth: list[bool], rows: list[int]) -> dict[str, Any]:
    hits = sum(found[at] and truth[at] for at in rows)
    planted, told = sum(truth[at] for at in rows), sum(found[at] for at in rows)
    return {
        f"{prefix}n": len(rows),
        f"{prefix}planted": planted,
        f"{prefix}recall": round(hits / planted, 4) if planted else None,
        f"{prefix}precision": round(hits / told, 4) if told else None,
    }


def _text(row: dict[str, Any], side: str) -> Text:
    text = row[side]
    is_product = bool(text.get("product"))
    return Text(side, text["title"], text["text"], row["language"], is_product)
