"""What django-allauth does our way: nobody signs up, guesses are counted, secrets encrypted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse

from customers.accounts import limits
from customers.portal.limits import client_address
from customers.sealed import cipher


class AccountAdapter(DefaultAccountAdapter):
    """Logging in by name and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Admins make logins; nobody makes one for themselves."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether somebody may be led on to it; no to what is no address, such as `http://[`."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As every limit of ours tells it."""
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Who this is, or None: the same for a wrong password, an unknown name and a disabled
        login. The try is counted before it is looked at.
        """
        username = credentials.get("username", "")
        if limits.wait_to_guess(request, username):
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is not None:
            limits.forget_guesses(request, username)
        return user

    def post_login(self, request: HttpRequest, user: Any, **named: Any) -> HttpResponse:
        """Where to after both steps; the browser is known from now on."""
        response = super().post_login(request, user, **named)
        limits.remember_browser(response, user, secure=settings.SESSION_COOKIE_SECURE)
        return response

    def add_message(self, *args: Any, **named: Any) -> None:
        """Nothing: what was done is on the page that follows."""


class MfaAdapter(DefaultMFAAdapter):
    """The second step: its secrets are encrypted with the key of the installation."""

    def encrypt(self, text: str) -> str:
        """The text as it is stored."""
        return cipher("second-step").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text of what is stored."""
        return cipher("second-step").decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        """What the app on the phone calls it."""
        return user.get_username()
