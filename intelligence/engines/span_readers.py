"""How a place of a text sounds, told from the states of its tokens in their context.

A head over the mean state of the tokens of a span beside the tone of the whole text, from
the same pass of the encoder. It reads "the soup was cold but the staff was kind" apart
where the clause is not a sentence by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intelligence.engines.backbone import Backbone, Encoded
from intelligence.engines.contract import Card
from intelligence.engines.heads import Head
from intelligence.engines.pooling import Spans


class SpanReader:
    """An `AspectReader` made of the encoder and a head that reads "span" vectors."""

    def __init__(self, head: Head, backbone: Backbone) -> None:
        self.head = head
        self._backbone = backbone

    @property
    def card(self) -> Card:
        """The head's card."""
        return self.head.card

    def polarity(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[NDArray[np.float32]]:
        """For each text float32[spans, 3]: negative, neutral, positive at each span."""
        vectors = span_vectors(self._backbone.encode(texts, spans=spans))
        return [self.probabilities(own) for own in vectors]

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated float32[n, 3] of span vectors float32[n, 2 d]."""
        own = self.head.parameters
        logits = vectors @ own.weight.T + own.bias
        return np.asarray(softmax(logits / own.temperature, axis=1), np.float32)


def span_vectors(encoded: Encoded) -> list[NDArray[np.float32]]:
    """For each text float32[spans, 2 d]: the state of each span beside the text's tone."""
    return [
        np.concatenate([states, np.broadcast_to(tone, states.shape)], axis=1)
        for states, tone in zip(encoded.spans, encoded.tones, strict=True)
    ]
