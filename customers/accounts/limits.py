"""What guessing costs: counted in the database before a password or a code is looked at."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse

from customers.models import User
from customers.portal.limits import HOUR, client_address, counted, forget

GUESSES = 10  # of one name's password
GUESSES_OF_ADDRESS = 100  # an office is one address
CODES = 5
WINDOW = HOUR // 4
RESETS_AN_HOUR = 5
CODE_LIVES = 120  # seconds within which a code could be sent a second time
COOKIE = "known_browser"
COOKIE_DAYS = 180


def wait_to_guess(request: HttpRequest, username: str) -> int:
    """Count a try of this name's password; 0 when it may be looked at, else seconds to wait.

    A browser that this person logged in with before has a count of its own, so that whoever
    guesses from elsewhere does not lock the owner out.
    """
    by_address = counted("guess-from", client_address(request), GUESSES_OF_ADDRESS, WINDOW)
    return max(by_address, counted("guess", _who(request, username), GUESSES, WINDOW))


def forget_guesses(request: HttpRequest, username: str) -> None:
    """The owner is in: tries of their password count from the beginning."""
    forget("guess", _who(request, username), WINDOW)


def forget_all_guesses(username: str) -> None:
    """The password was set anew by mail: no earlier try counts."""
    forget("guess", _named(username), WINDOW)


def wait_to_confirm(user: User) -> int:
    """Count a try of a code; 0 when it may be looked at, else seconds to wait."""
    return counted("code", str(user.pk), CODES, WINDOW)


def forget_codes(user: User) -> None:
    """A code was right: tries count from the beginning."""
    forget("code", str(user.pk), WINDOW)


def is_fresh_code(user: User, code: str) -> bool:
    """Whether the code was not sent before, whatever process took it."""
    return counted("code-used", f"{user.pk}/{code.strip()}", 1, CODE_LIVES) == 0


def wait_to_reset(request: HttpRequest, email: str) -> int:
    """Count a wish for a new password; 0 when a mail may be sent, else seconds to wait."""
    address = client_address(request)
    by_address = counted("reset-from", address, 4 * RESETS_AN_HOUR, HOUR)
    return max(by_address, counted("reset", email.casefold(), RESETS_AN_HOUR, HOUR))


def remember_browser(response: HttpResponse, user: User, *, secure: bool) -> None:
    """Note in the browser that this person logged in with it."""
    value = f"{user.pk}/{secrets.token_urlsafe(12)}"
    response.set_signed_cookie(
        COOKIE,
        value,
        salt=COOKIE,
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        secure=secure,
        samesite="Lax",
    )


def _who(request: HttpRequest, username: str) -> str:
    known = request.get_signed_cookie(COOKIE, default="", salt=COOKIE) or ""
    pk = known.partition("/")[0]
    if pk.isdecimal() and get_user_model().objects.filter(pk=pk, username=username).exists():
        return f"browser/{known}"
    return _named(username)


def _named(username: str) -> str:
    return f"name/{username.casefold()}"
