"""How a proposal reads: what, before and after; and why one cannot be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refused(ValueError):
    """Why a proposal cannot be carried out, for people."""


class Overtaken(Exception):
    """The record is not as it was when the proposal was shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would change, or that changed meanwhile: then with who did it and when.
    `is_text` is of what stands in paragraphs.
    """

    what: str
    before: str
    after: str
    is_text: bool = False
    who: str = ""
    at: datetime | None = None
