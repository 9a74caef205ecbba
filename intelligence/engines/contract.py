"""What every engine gives back, and how it is described.

An engine takes a batch of plain texts or arrays and returns one frozen result per
item, in the same order. It opens no database, reads no settings and keeps no state
between calls, so the same input always gives the same output. This module imports
neither torch nor numpy: the rest of the product may import it anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that moved a prediction.

    `kind` is "word" (`name` is the word, `start`/`end` its characters in the text),
    "feature" (`name` a numeric feature, `value` what it was) or "purchase" (`name` a
    product's external key). `weight` is its share of the score that decided: positive
    speaks for the label, negative against it.
    """

    kind: str
    name: str
    weight: float
    value: float | str | None = None
    start: int | None = None
    end: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The fields that are set, weights rounded to four decimals."""
        filled = {key: value for key, value in asdict(self).items() if value is not None}
        return filled | {"weight": round(self.weight, 4)}


@dataclass(frozen=True, slots=True)
class Prediction:
    """One engine's opinion about one input.

    `label` is the most probable label even when `abstained` is true, except where the
    engine could not read the input at all (then None). `probability` is calibrated, in
    [0, 1]. `score` is set by sentiment only: the expected step, in [-1, 1]. `reason`
    says why it abstained, in a sentence for staff; empty when it did not.
    """

    label: str | None
    probability: float
    distribution: Mapping[str, float] = field(default_factory=dict)
    abstained: bool = False
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The form stored on records and in the ledger."""
        return {
            "label": self.label,
            # finer than the 1e-6 to which a replay must agree
            "probability": round(self.probability, 9),
            "distribution": {name: round(p, 6) for name, p in self.distribution.items()},
            "abstained": self.abstained,
            "reason": self.reason,
            "evidence": [item.as_json() for item in self.evidence],
            **({} if self.score is None else {"score": round(self.score, 6)}),
        }


def abstention(reason: str) -> Prediction:
    """The answer to an input that the engine cannot read; `reason` is for staff."""
    return Prediction(label=None, probability=0.0, abstained=True, reason=reason)


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is: the content of `weights/NAME/card.json`.

    `sha256` is of the weights file and is the model's version. `threshold` is the
    calibrated probability below which the engine abstains. `training_data` holds one
    mapping per set with `name`, `licence` and `rows`; `metrics` the figures measured on
    rows that training never saw, by set.
    """

    name: str
    task: str
    description: str
    labels: tuple[str, ...]
    languages: tuple[str, ...]
    backbone: str
    sha256: str
    licence: str
    threshold: float = 0.0
    temperature: float = 1.0
    training_data: tuple[Mapping[str, Any], ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Card:
        """The card read from JSON; raises ValueError naming missing or unknown fields."""
        if not isinstance(content, Mapping):
            raise ValueError(f"card: not an object but {type(content).__name__}")
        known = set(cls.__dataclass_fields__)
        required = {"name", "task", "description", "labels", "languages", "backbone", "sha256"}
        required |= {"licence"}
        missing, unknown = required - content.keys(), content.keys() - known
        if missing or unknown:
            raise ValueError(f"card: missing {sorted(missing)}, unknown {sorted(unknown)}")
        tuples = {name: tuple(content[name]) for name in ("labels", "languages")}
        tuples["training_data"] = tuple(content.get("training_data", ()))
        return cls(**{**content, **tuples})

    def as_json(self) -> dict[str, Any]:
        """The card as JSON-ready data; `Card.from_json` reads it back equal."""
        return asdict(self)
