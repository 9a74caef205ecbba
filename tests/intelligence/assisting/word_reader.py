"""A text reader whose embeddings are counts of words: texts with the same words are alike."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

VERSION = "w" * 64
WIDTH = 384


def embedding(text):
    """The text as a unit vector of hashed words."""
    vector = np.zeros(WIDTH, np.float32)
    for word in re.findall(r"\w+", text.lower()):
        place = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % WIDTH
        vector[place] += 1
    return vector / (np.linalg.norm(vector) or 1)


@dataclass
class Reading:
    embedding: np.ndarray


class WordReader:
    backbone_version = VERSION

    def read(self, texts, tasks=None):
        return [Reading(embedding(text)) for text in texts]


def load(**_):
    return WordReader()
