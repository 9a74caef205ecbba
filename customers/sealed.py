"""Texts that only this installation reads: second steps as stored, addresses on their way by queue.

The key follows from SECRET_KEY and the purpose, so what is sealed for one is not read for another.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings


def cipher(purpose: str) -> Fernet:
    """What encrypts and reads for this purpose."""
    key = hashlib.sha256(f"rapport.{purpose}/{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def for_queue(*arguments: Any) -> str:
    """Arguments of a task that name somebody, as the one argument that the broker keeps."""
    return cipher("queue").encrypt(json.dumps(arguments).encode()).decode()


def from_queue(sealed: str) -> list[Any]:
    """The arguments. Raises InvalidToken for what was not sealed here."""
    arguments: list[Any] = json.loads(cipher("queue").decrypt(sealed))
    return arguments
