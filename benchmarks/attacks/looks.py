"""What was looked at: one page, file or text that the product gave to somebody."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

PAGE, TABLE, TEXT = "page", "table", "text"
STAFF, ATTACKER, ANONYMOUS = "staff", "attacker", "anonymous"


@dataclass(frozen=True, slots=True)
class Look:
    """`text` of a `surface` as `audience` gets it.

    `kind` is page (HTML), table (CSV) or text. `attack` is the key of the attack whose record
    it is, "" where many stand in it; `said` what the asker had said before; `address` is
    where redirects led.
    """

    surface: str
    audience: str
    text: str
    kind: str = PAGE
    status: int = 200
    seconds: float = 0.0
    attack: str = ""
    said: str = ""
    address: str = ""


def get(client: Any, address: str, *, surface: str, audience: str, attack: str = "") -> Look:
    """One GET as a look; a failure of the view counts as status 500."""
    return _asked(lambda: client.get(address), surface, audience, attack)


def post(client: Any, address: str, form: dict[str, Any], *, surface: str, audience: str) -> Look:
    """One POST of a form as a look, redirects followed."""
    return _asked(lambda: client.post(address, form, follow=True), surface, audience, "")


def _asked(call: Callable[[], Any], surface: str, audience: str, attack: str) -> Look:
    started, address = time.perf_counter(), ""
    try:
        with transaction.atomic():  # in a test's transaction a failed statement must not spread
            answer = call()
            status, kind, text = answer.status_code, _kind(answer), _text(answer)
            address = answer.request["PATH_INFO"]
    except DatabaseError as error:
        status, kind, text = 500, TEXT, str(error)
    seconds = time.perf_counter() - started
    return Look(surface, audience, text, kind, status, seconds, attack, address=address)


def _kind(answer: Any) -> str:
    media = answer.headers.get("Content-Type", "")
    if media.startswith("text/html"):
        return PAGE
    return TABLE if media.startswith("text/csv") else TEXT


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content).decode("utf-8", "replace")
