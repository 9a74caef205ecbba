"""The Bitext customer-support utterances (CDLA-Sharing-1.0), as heads learn from them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from intelligence.evaluation.text_tables import TextTable, read_texts

NAME, LICENCE = "bitext_support", "CDLA-Sharing-1.0"
PLACEHOLDER = re.compile(r"\{\{([^}]+)\}\}")
NUMBER = "10452"


def bitext(folder: Path) -> TextTable:
    """The utterances with their intents; placeholders are filled in, because customers
    write numbers and names.
    """
    table = read_texts(folder / "bitext_support/utterances.parquet", ["intent"])
    return replace(table, texts=tuple(PLACEHOLDER.sub(_filled, text) for text in table.texts))


def _filled(match: re.Match[str]) -> str:
    name = match[1].lower()
    return NUMBER if name.endswith(("number", "amount")) else name
