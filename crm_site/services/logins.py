"""The first logins of a new shop: one for each role, with passwords nobody else knows."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.contrib.auth.models import Group

from customers.models import User

FIRST_LOGINS = ("admin", "manager", "agent")


def first_logins(path: Path) -> dict[str, str]:
    """Names and passwords of the first logins.

    Made when the shop has no user yet and kept in `path`, readable by its owner alone;
    empty when the shop has users of its own.
    """
    if path.exists():
        return dict(line.split(maxsplit=1) for line in path.read_text().splitlines())
    if User.objects.exists():
        return {}
    logins = {name: secrets.token_urlsafe(9) for name in FIRST_LOGINS}
    for name, password in logins.items():
        _make(name, password)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as kept:
        kept.writelines(f"{name} {password}\n" for name, password in logins.items())
    return logins


def _make(name: str, password: str) -> None:
    is_admin = name == "admin"
    user = User.objects.create_user(name, f"{name}@example.com", password)
    user.is_staff = user.is_superuser = is_admin
    user.save()
    user.groups.add(Group.objects.get(name=name))
