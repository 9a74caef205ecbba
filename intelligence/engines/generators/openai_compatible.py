"""Any server that speaks OpenAI's chat completions: what is asked, and what it answered.

It makes bytes and reads bytes; how they travel is the caller's `Send`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from intelligence.engines.generators.contract import Generated, GeneratorError, Prompt, Reason

PATH = "/chat/completions"
MOST_ANSWER_BYTES = 1_000_000
TRIES = 2
LONGEST_WAIT_S, USUAL_WAIT_S = 5.0, 1.0
RETRIED = {429, 503}

NOT_JSON = "The server answered something that is no answer of a chat server."


@dataclass(frozen=True, slots=True)
class Received:
    """An answer of a server: its status, the headers by small letters, the body in full."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Read = Callable[[Received], Generated]
Send = Callable[[bytes, float, Read], Generated]


class OpenAICompatible:
    """A model behind a server. `send(body, timeout_s, read)` posts a body and gives what
    `read` makes of the answer; it raises GeneratorError.
    """

    def __init__(self, model: str, send: Send, sleep: Callable[[float], None] = time.sleep) -> None:
        self.model, self._send, self._sleep = model, send, sleep

    def generate(self, prompt: Prompt, *, max_tokens: int, timeout_s: float) -> Generated:
        """Ask, and once more where the server was not reached or had no time (429, 503)."""
        body = request_body(self.model, prompt, max_tokens)
        deadline = time.monotonic() + timeout_s
        for last in (False, True):
            try:
                return self._send(body, max(0.1, deadline - time.monotonic()), read_answer)
            except GeneratorError as error:
                wait = getattr(error, "retry_after_s", None)
                if last or wait is None or not self._has_time(wait, deadline):
                    raise
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _has_time(self, wait_s: float, deadline: float) -> bool:
        return wait_s <= LONGEST_WAIT_S and time.monotonic() + wait_s < deadline


class TryAgainError(GeneratorError):
    """What may be better in `retry_after_s` seconds."""

    def __init__(self, reason: Reason, message: str, retry_after_s: float = USUAL_WAIT_S) -> None:
        super().__init__(reason, message)
        self.retry_after_s = max(0.0, retry_after_s)


def request_body(model: str, prompt: Prompt, max_tokens: int) -> bytes:
    """The body of the request, as it leaves."""
    asked = {
        "model": model,
        "messages": [
            {"role": "system", "content": prompt.instructions},
            {"role": "user", "content": prompt.data},
        ],
        "max_tokens": max_tokens,
        "temperature": 0,
        "stream": False,
    }
    return json.dumps(asked, ensure_ascii=False).encode()


def read_answer(received: Received) -> Generated:
    """The text of an answer and its tokens. Raises GeneratorError for every other answer."""
    _check_status(received)
    try:
        told = json.loads(received.body)
    except (ValueError, RecursionError) as error:
        raise GeneratorError(Reason.NONSENSE, NOT_JSON) from error
    choice = _first(told.get("choices")) if isinstance(told, dict) else {}
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(text, str):
        raise GeneratorError(Reason.NONSENSE, NOT_JSON)
    if not text.strip():
        raise GeneratorError(Reason.NONSENSE, "The server answered with an empty text.")
    usage = told.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    return Generated(
        text,
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        choice.get("finish_reason") == "length",
    )


def _check_status(received: Received) -> None:
    status = received.status
    if status in RETRIED:
        told = f"The server has no time for us now (HTTP {status})."
        raise TryAgainError(Reason.REFUSED, told, _seconds(received.headers.get("retry-after")))
    if status in (401, 403):
        raise GeneratorError(Reason.REFUSED, f"The server refuses our key (HTTP {status}).")
    if 300 <= status < 400:
        raise GeneratorError(Reason.REFUSED, "The server leads elsewhere; that is not followed.")
    if status >= 500:
        raise GeneratorError(Reason.DOWN, f"The server has an error of its own (HTTP {status}).")
    if status != 200:
        raise GeneratorError(Reason.REFUSED, f"The server refuses the request (HTTP {status}).")


def _seconds(header: str | None) -> float:
    try:
        seconds = float(header or USUAL_WAIT_S)
    except ValueError:  # a date: then as long as usual
        return USUAL_WAIT_S
    return seconds if seconds >= 0 else USUAL_WAIT_S


def _first(choices: Any) -> dict[str, Any]:
    found = choices[0] if isinstance(choices, list) and choices else {}
    return found if isinstance(found, dict) else {}


def _count(value: Any) -> int:
    """A number of tokens; 0 where the server tells none that can be one."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < 100_000_000 else 0
