"""Logins in the audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from customers.audit.recording import Action, Via, record_access
from customers.current_request import current_request


@receiver(user_logged_in)
def note_login(user: Any, **_: Any) -> None:
    """Somebody came in."""
    facts = current_request()
    via = facts.via if facts is not None and facts.via else Via.SCREEN
    route = facts.route if facts is not None else ""
    record_access(Action.LOGGED_IN, via=via, by=user, route=route)
