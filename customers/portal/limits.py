"""How often strangers may do something: counted in the database, whatever process serves."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.models import RateWindow

MINUTE, HOUR, DAY = 60, 3600, 86_400


def wait_to_ask(request: HttpRequest) -> int:
    """Count a public question; 0 when it may be asked, else the seconds to wait."""
    client = client_address(request)
    limits = ((MINUTE, settings.ASK_LIMIT_MINUTE), (DAY, settings.ASK_LIMIT_DAY))
    return max(counted("ask", client, limit, seconds) for seconds, limit in limits)


def wait_to_sign_in(request: HttpRequest, email: str) -> int:
    """Count a request for a link; 0 when one may be sent, else the seconds to wait. Counted by
    mailbox, so that nobody's is flooded, and by address.
    """
    limit = settings.SIGN_IN_LIMIT_HOUR
    by_address = counted("sign-in", client_address(request), 4 * limit, HOUR)
    return max(by_address, counted("mailbox", email.casefold(), limit, HOUR))


def wait_to_write(request: HttpRequest, who: str) -> int:
    """Count what somebody writes to the shop; 0 when it may come in, else the seconds to wait.
    Counted by address, and by `who` it is said to be from.
    """
    limit = settings.CONTACT_LIMIT_HOUR
    by_address = counted("write", client_address(request), limit, HOUR)
    return max(by_address, counted("write-as", who.casefold(), limit, HOUR))


def first_use(token: str, *, seconds: int) -> bool:
    """Whether a token that lasts `seconds` is used for the first time."""
    return counted("token", token, 1, seconds) == 0


def client_address(request: HttpRequest) -> str:
    """The address that asks: as the shop's own proxy says, where one is set, else the peer's."""
    header = settings.CLIENT_ADDRESS_HEADER
    told = request.META.get(header, "") if header else ""
    return told.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", "")


def too_often(request: HttpRequest, template: str, wait: int, **context: object) -> HttpResponse:
    """The page that says how long to wait; what was typed is kept on it."""
    response = render(request, template, {"wait_seconds": wait, **context}, status=429)
    response["Retry-After"] = str(wait)
    return response


def counted(what: str, who: str, limit: int, seconds: int) -> int:
    """Count one more of `what` by `who`; 0 within `limit` in `seconds`, else seconds to wait."""
    return RateWindow.objects.wait_after(_key(what, who, seconds), limit=limit, seconds=seconds)


def forget(what: str, who: str, seconds: int) -> None:
    """Count `what` by `who` from the beginning again."""
    RateWindow.objects.filter(key=_key(what, who, seconds)).delete()


def _key(what: str, who: str, seconds: int) -> str:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"{what}/{seconds}/{who}".encode(), hashlib.sha256).hexdigest()
