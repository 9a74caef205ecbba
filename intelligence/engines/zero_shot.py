"""Labels that nobody has labelled a row for: told by likeness to their descriptions.

P(c given x) = softmax(cos(e_x, e_c) / T), where e_c is the embedding of the label's name and
description (Yin et al. 2019, https://arxiv.org/abs/1909.00161, ask a larger model the same).
No row was ever learnt from, and so every answer says that in its reason and abstains:
it is a proposal for staff and never a decision.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.contract import Prediction

REASON = "by likeness to its description, never trained"
# The lowest at which the mean probability is above the accuracy on none of four sets: 60.1
# beside 61.2 on the label names of Banking77, 46.9 and 54.2 on HWU64, 61.3 and 70.0 on
# CLINC150, 47.0 and 60.2 on our own intents with their descriptions.
TEMPERATURE = 0.06


def described(labels: Mapping[str, str]) -> list[str]:
    """The texts to embed for labels with their descriptions: "name: description"."""
    return [
        f"{name.replace('_', ' ')}: {description}" if description else name.replace("_", " ")
        for name, description in labels.items()
    ]


class ZeroShot:
    """`labels` with their descriptions, and `embeddings` float32[c, d] of `described(labels)`,
    rows of length 1.
    """

    def __init__(self, labels: Mapping[str, str], embeddings: NDArray[np.float32]) -> None:
        if not labels:
            raise ValueError("there is no label to compare with")
        if len(labels) != len(embeddings):
            raise ValueError(f"{len(labels)} labels but {len(embeddings)} embeddings")
        self.labels = tuple(labels)
        self.embeddings = embeddings

    def likeness(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of each text with each description, float32[n, c]."""
        return embeddings @ self.embeddings.T

    def probabilities(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[n, c], as cautious as the likeness of descriptions allows."""
        return softmax(self.likeness(embeddings) / TEMPERATURE, axis=1).astype(np.float32)

    def predictions(self, embeddings: NDArray[np.float32]) -> list[Prediction]:
        """One proposal a text; each abstains, and says why."""
        return [self._prediction(row) for row in self.probabilities(embeddings)]

    def _prediction(self, probabilities: NDArray[np.float32]) -> Prediction:
        best = int(probabilities.argmax())
        distribution = dict(zip(self.labels, map(float, probabilities), strict=True))
        return Prediction(
            label=self.labels[best],
            probability=float(probabilities[best]),
            distribution=distribution,
            abstained=True,
            reason=REASON,
        )
