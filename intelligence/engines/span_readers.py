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
from intelligence.engines.sentences import Span, sentences_of


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
        """For each text float32[spans, 3]: negative, neutral, positive at each span, read
        from its sentence alone, for so the head was taught.
        """
        placed = [_in_sentence(text, span) for text, own in zip(texts, spans, strict=True)
                  for span in own]  # fmt: skip
        encoded = self._backbone.encode([one for one, _ in placed], spans=[[s] for _, s in placed])
        vectors = [np.zeros((0, 2 * encoded.tones.shape[1]), np.float32), *span_vectors(encoded)]
        told = self.probabilities(np.concatenate(vectors))
        ends = np.cumsum([len(own) for own in spans])
        return np.split(told, ends[:-1]) if len(ends) else []

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


def _in_sentence(text: str, span: Span) -> tuple[str, Span]:
    """The sentence that a span begins in, and where the span stands in it."""
    for start, end in sentences_of(text):
        if start <= span[0] < end:
            return text[start : max(end, span[1])], (span[0] - start, span[1] - start)
    return text, span
