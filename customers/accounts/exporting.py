"""Who may take records out as files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied


def refuse_export(user: Any) -> None:
    """Refuse whoever's roles do not let them export."""
    if not user.rights.may_export:
        raise PermissionDenied
