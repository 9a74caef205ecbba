"""Middleware: who must set up a second step first, and who has no screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from customers.models.hidden import hide_for, nothing_hidden

OPEN_NAMES = ("set_language", "widget-script")
OPEN_STARTS = ("account", "mfa_", "portal-", "widget-", "rate", "mail-webhook")


def needs_second_step(user: Any) -> bool:
    """Whether this user may not go on without a second step: admins, and who may export."""
    return settings.MFA_REQUIRED and (user.is_admin or user.rights.may_export)


class AccountGate:
    """Leads those who need a second step to set it up, and keeps partners' logins, which are
    systems, away from the screens: they have the API.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; what it hides from one request is not hidden from the next."""
        with nothing_hidden():
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _named: Any
    ) -> HttpResponseBase | None:
        """None to go on."""
        user: Any = request.user
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not user.is_authenticated or _is_open(name or ""):
            return None
        hide_for(user)
        of_api = request.path.startswith("/api/")
        if not of_api and not user.is_staff_member:
            raise PermissionDenied
        if needs_second_step(user) and not is_mfa_enabled(user):
            return _refused() if of_api else _led_to_it(request)
        return None


def _is_open(name: str) -> bool:
    return name in OPEN_NAMES or name.startswith(OPEN_STARTS)


def _led_to_it(request: Any) -> HttpResponseBase:
    address = reverse("mfa_activate_totp")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _refused() -> JsonResponse:
    told = {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "Set up a second step for this login first.",
    }
    return JsonResponse(told, status=403, content_type="application/problem+json")
