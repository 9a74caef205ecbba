"""Mail that another service hands over by HTTP: who it is, and the mail in what it sends.

Signed by the mailbox's own secret, either by ours (`X-Rapport-Signature: t=<unix time>,v1=<hex of
HMAC-SHA256 over "<time>." and the body>`) or by Mailgun's fields. The mail itself is the body
(message/rfc822), or a field of JSON or of a form.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from customers.models import Mailbox

SECONDS = 300  # between the signature and now
SIGNATURE = re.compile(r"\At=(\d{1,12}),v1=([0-9a-f]{64})\Z")
# The field that holds the whole mail: ours, Postmark's, Mailgun's, SendGrid's.
FIELDS = ("raw", "RawEmail", "body-mime", "email")


class Rejected(Exception):
    """Why a call is not taken: the HTTP status and a line that says what to do."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def signature_of(secret: str, at: int, body: bytes) -> str:
    """The value of the header for a body that is sent at a time."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def mail_in(mailbox: Mailbox, body: bytes, content_type: str, signature: str) -> bytes:
    """The mail in a call. Raises `Rejected` where it is not signed or there is none."""
    secret = settings.MAIL_SECRETS.get(mailbox.webhook_variable, "")
    if not secret:
        raise Rejected(403, "this mailbox has no secret for a webhook")
    kind = content_type.partition(";")[0].strip().lower()
    fields = _fields(body, content_type, kind)
    if not (_is_ours(secret, signature, body) or _is_mailguns(secret, fields)):
        raise Rejected(403, "the signature is wrong or older than five minutes")
    raw = body if fields is None else next((fields[k] for k in FIELDS if fields.get(k)), "")
    content = raw if isinstance(raw, bytes) else str(raw).encode("utf-8", "surrogateescape")
    if not content.strip():
        raise Rejected(400, f"there is no mail: send it raw, or as one of {', '.join(FIELDS)}")
    return content


def _fields(body: bytes, content_type: str, kind: str) -> dict[str, Any] | None:
    """The fields of a form or of JSON; None where the body is the mail."""
    if kind == "application/x-www-form-urlencoded":
        text = body.decode("utf-8", "replace")
        return {key: values[0] for key, values in parse_qs(text, max_num_fields=200).items()}
    if kind == "multipart/form-data":
        return _multipart(body, content_type)
    if kind == "application/json":
        return _json(body)
    return None


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(400, "the JSON cannot be read") from error
    return read if isinstance(read, dict) else {}


def _multipart(body: bytes, content_type: str) -> dict[str, Any]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = message_from_bytes(head + body, policy=policy.HTTP)
    parts: Any = form.get_payload() if form.is_multipart() else []
    named = ((part.get_param("name", header="content-disposition"), part) for part in parts[:200])
    return {str(name): part.get_payload(decode=True) for name, part in named if name}


def _is_ours(secret: str, signature: str, body: bytes) -> bool:
    found = SIGNATURE.match(signature.strip())
    if not found or abs(time.time() - int(found[1])) > SECONDS:
        return False
    return hmac.compare_digest(signature_of(secret, int(found[1]), body), signature.strip())


def _is_mailguns(secret: str, fields: dict[str, Any] | None) -> bool:
    told = [_text((fields or {}).get(name)) for name in ("timestamp", "token", "signature")]
    at, token, signature = told
    if not (at.isascii() and at.isdigit() and len(at) <= 12 and token and signature):
        return False
    if abs(time.time() - int(at)) > SECONDS:
        return False
    right = hmac.new(secret.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.encode())


def _text(value: Any) -> str:
    return (
        value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value or "")
    )
