"""A text engine for tests of topics: each text lies at the axis of the topic word that it
holds, a little off in every other direction; a text without one lies where nothing was read.
"""

import hashlib

import numpy as np

from tests.intelligence.ledger_engine import LedgerReader

WORDS = ("parcel", "hinge", "invoice", "garden", "password")
WIDTH = 16


def embedding_of(text, width=WIDTH):
    """Of length 1, at the axis of the first topic word; zeros where there is none."""
    vector = np.zeros(width, np.float32)
    for axis, word in enumerate(WORDS):
        if word in text:
            vector[axis] = 1
            digest = hashlib.sha256(text.encode()).digest()[: width - len(WORDS)]
            vector[len(WORDS) :] = (np.frombuffer(digest, np.uint8) / 255 - 0.5) / 12
            return vector / np.linalg.norm(vector)
    return vector


class TopicReader(LedgerReader):
    def _reading(self, text, wanted):
        reading = super()._reading(text, wanted)
        reading.embedding = embedding_of(text)
        return reading


class WiderReader(TopicReader):
    """Another encoder, of another width."""

    backbone_version = "1" * 64

    def _reading(self, text, wanted):
        reading = super()._reading(text, wanted)
        reading.embedding = embedding_of(text, WIDTH + 8)
        return reading


def load(**_):
    return TopicReader()


def load_wider(**_):
    return WiderReader()
