"""Which mail was written by somebody, and which by a machine: nothing answers the latter."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from customers.channels.mail.headers import BROKEN, mail_ids, raw_header
from customers.channels.mail.texts import decoded_text
from customers.models import InboundMail
from customers.unseen import tidy

Kind = InboundMail.Kind
DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon")
ROBOT_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Mail-Autoreply")
BULK = ("bulk", "junk", "list")
MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report: of which mail, whether that is given up, and why."""

    mail_id: str
    is_final: bool
    reason: str


def kind_of(mail: EmailMessage, sender: str) -> str:
    """What kind of mail it is, by what its headers say."""
    if _is_report(mail) or sender.partition("@")[0] in DAEMONS:
        return Kind.BOUNCE
    if _is_auto_reply(mail):
        return Kind.AUTO_REPLY
    return Kind.BULK if _is_bulk(mail) else Kind.MAIL


def is_spam(mail: EmailMessage) -> bool:
    """Whether a filter on the way called it spam."""
    flag = raw_header(mail, "X-Spam-Flag").lower()
    status = raw_header(mail, "X-Spam-Status").lower()
    return flag.startswith("yes") or status.startswith("yes")


def bounce_of(mail: EmailMessage) -> Bounce:
    """What a delivery report says. The Message-ID is "" where it names none."""
    parts = list(_parts(mail))
    fields = [raw for part in parts for raw in _status_fields(part)]
    action = next((_field(one, "Action") for one in fields if _field(one, "Action")), "")
    reasons = [_field(one, name) for one in fields for name in ("Diagnostic-Code", "Status")]
    said = next((reason for reason in reasons if reason), "")
    is_final = action.lower() in ("failed", "") and not said.startswith("4.")
    mail_id = next((found for part in parts if (found := _original_id(part))), "")
    return Bounce(mail_id, is_final, tidy(said or _first_text(parts))[:MOST_REASON])


def _is_report(mail: EmailMessage) -> bool:
    try:
        asked = str(mail.get_param("report-type", "") or "").lower()
    except BROKEN:
        asked = ""
    return mail.get_content_type() == "multipart/report" and asked == "delivery-status"


def _is_auto_reply(mail: EmailMessage) -> bool:
    submitted = raw_header(mail, "Auto-Submitted").lower()
    if submitted.startswith("auto-replied"):
        return True
    if raw_header(mail, "Precedence").lower() == "auto_reply":
        return True
    if raw_header(mail, "Return-Path").replace(" ", "") == "<>":
        return True
    return any(raw_header(mail, name) for name in ROBOT_HEADERS)


def _is_bulk(mail: EmailMessage) -> bool:
    submitted = raw_header(mail, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if raw_header(mail, "Precedence").lower() in BULK:
        return True
    return bool(raw_header(mail, "X-Auto-Response-Suppress") or raw_header(mail, "List-Id"))


def _parts(mail: EmailMessage) -> list[Any]:
    payload: Any = mail.get_payload() if mail.is_multipart() else []
    return [mail] if not payload else list(payload)[:10]


def _status_fields(part: Any) -> list[Any]:
    if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
        return []
    return list(part.get_payload())[:20]


def _field(fields: Any, name: str) -> str:
    value = " ".join(str(fields.get(name, "") or "").split())
    return value.partition(";")[2].strip() if name == "Diagnostic-Code" and ";" in value else value


def _original_id(part: Any) -> str:
    kind = part.get_content_type()
    if kind == "message/rfc822" and part.is_multipart():
        original = part.get_payload()[0]
    elif kind == "text/rfc822-headers":
        original = message_from_bytes(decoded_text(part).encode(), policy=policy.default)
    else:
        return ""
    return next(iter(mail_ids(raw_header(original, "Message-ID"))), "")


def _first_text(parts: list[Any]) -> str:
    texts = (decoded_text(one) for one in parts if one.get_content_type() == "text/plain")
    return next(texts, "")
