"""A text engine to whom texts with the same topic word are alike, and all others are one."""

import numpy as np

from tests.intelligence.ledger_engine import LedgerReader
from tests.intelligence.topic_engine import WIDTH, embedding_of


class SameReader(LedgerReader):
    def _reading(self, text, wanted):
        reading = super()._reading(text, wanted)
        vector = embedding_of(text)
        if not vector.any():
            vector = np.ones(WIDTH, np.float32) / np.sqrt(WIDTH, dtype=np.float32)
        reading.embedding = vector
        return reading


def load(**_):
    return SameReader()
