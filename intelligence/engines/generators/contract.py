"""What every generator takes and gives, and why it may give nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Reason(StrEnum):
    """Why there is no text; the values are those of the log's outcomes."""

    DOWN = "down"
    SLOW = "slow"
    NONSENSE = "nonsense"
    REFUSED = "refused"
    QUOTA = "quota"
    SETUP = "setup"


class GeneratorError(Exception):
    """No text was generated. Its message is a sentence that can be shown."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to write: `instructions` are ours, `data` is what others wrote, each text between
    marks that nobody can guess (see `spotlighting`).
    """

    instructions: str
    data: str


@dataclass(frozen=True, slots=True)
class Generated:
    """The raw text of a model, and what it took. `is_cut`: the most tokens were reached."""

    text: str
    tokens_in: int
    tokens_out: int
    is_cut: bool


class TextGenerator(Protocol):
    """A model that writes. Raises GeneratorError; the same prompt gives the same text where
    the model runs here.
    """

    def generate(self, prompt: Prompt, *, max_tokens: int, timeout_s: float) -> Generated:
        """Write at most so many tokens, in at most about so many seconds."""
        ...
