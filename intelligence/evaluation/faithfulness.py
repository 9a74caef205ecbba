"""Whether the words named as evidence did decide: take them out, and see the label weaken.

Erasure as in DeYoung et al. 2020 (https://arxiv.org/abs/1911.03429), against chance: the
three words that speak most for the label are taken out of a text, and, of the same text,
as many of its other words drawn by chance. Evidence is faithful to a text when the label
loses more probability to the first than to the mean of five draws of the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.backbone import Backbone
from intelligence.engines.evidence import Attribution, against_the_rest, attribute
from intelligence.engines.heads import EMBEDDING, TONE, Head, raw_logits
from intelligence.engines.ngrams import Words, words_of
from intelligence.engines.pooling import Readouts

TOP, DRAWS = 3, 5
# Below eight, three words by chance are most of what the three strongest leave.
FEWEST_WORDS = 8
SEED = 1911_03429

Ranking = Callable[[Attribution], list[int]]


@dataclass(frozen=True, slots=True)
class Erased:
    """float64[n] each: the label's probability for the whole text, without the words named
    as evidence, and without as many others; `by_chance` float64[n, DRAWS] is of each draw.
    """

    whole: NDArray[np.float64]
    without_evidence: NDArray[np.float64]
    by_chance: NDArray[np.float64]

    def figures(self) -> dict[str, Any]:
        """n, the share of faithful texts (and by a single draw), and the mean losses."""
        draws = self.by_chance
        return {
            "n": len(self.whole),
            "faithful": _share(self.without_evidence < draws.mean(axis=1)),
            "faithful_by_one_draw": _share(self.without_evidence < draws[:, 0]),
            "loss": _share(self.whole - self.without_evidence),
            "loss_by_chance": _share(self.whole - draws.mean(axis=1)),
        }


def long_enough(texts: Sequence[str]) -> list[str]:
    """The different texts that have words enough to choose from, in order."""
    return [text for text in dict.fromkeys(texts) if len(words_of(text).names) >= FEWEST_WORDS]


def speaking_for(found: Attribution, count: int = TOP) -> list[int]:
    """Places of the words that add most to the label; fewer where fewer add anything."""
    order = np.argsort(-found.weights, kind="stable")[:count]
    return [int(place) for place in order if found.weights[place] > 0]


def erased(
    backbone: Backbone, head: Head, texts: Sequence[str], evidence: Ranking = speaking_for
) -> Erased:
    """Take words out of each text, at least `FEWEST_WORDS` long, and ask again."""
    encoded = backbone.encode(texts, _readouts(head))
    whole = _probabilities(head, encoded.vectors(head.reads), texts)
    labels = [head.best(row.astype(np.float32)) for row in whole]
    cut: list[str] = []
    for number, (text, view) in enumerate(zip(texts, encoded.tokens, strict=True)):
        direction = against_the_rest(whole[number].astype(np.float32), labels[number])
        found = attribute(head, text, view, direction)
        chance = np.random.default_rng([SEED, number])
        cut += _cuts(text, found.words, evidence(found), chance)
    vectors = backbone.encode(cut).vectors(head.reads)
    rows = np.arange(len(texts))
    after = _probabilities(head, vectors, cut).reshape(len(texts), 1 + DRAWS, -1)
    of_label = after[rows, :, labels]
    return Erased(whole[rows, labels], of_label[:, 0], of_label[:, 1:])


def without(text: str, words: Words, places: Sequence[int]) -> str:
    """The text with the words at these places taken out."""
    ends = [0, *(int(words.ends[place]) for place in sorted(places))]
    starts = [*(int(words.starts[place]) for place in sorted(places)), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _cuts(
    text: str, words: Words, named: Sequence[int], chance: np.random.Generator
) -> Iterator[str]:
    """The text without its evidence, then `DRAWS` times without as many other words."""
    others = np.setdiff1d(np.arange(len(words.names)), named)
    yield without(text, words, named)
    for _ in range(DRAWS):
        yield without(text, words, chance.choice(others, len(named), replace=False).tolist())


def _readouts(head: Head) -> Readouts:
    none = np.zeros((0, head.parameters.weight.shape[1]), np.float32)
    own = {EMBEDDING: none, TONE: none, head.reads: head.parameters.weight}
    return Readouts(own[EMBEDDING], own[TONE])


def _probabilities(
    head: Head, vectors: NDArray[np.float32], texts: Sequence[str]
) -> NDArray[np.float64]:
    """As `Head.probabilities`, in double precision: near 1 float32 would call two losses equal."""
    logits = raw_logits(head.parameters, vectors.astype(np.float64), texts)
    return np.asarray(softmax(logits / head.parameters.temperature, axis=1), np.float64)


def _share(values: NDArray[Any]) -> float:
    return round(float(values.mean()), 4)
