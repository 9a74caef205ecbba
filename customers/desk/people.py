"""Whom tickets can be given to, and who is called by @name in a note."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from customers.models import User

CALLED = re.compile(r"(?<![\w@])@([\w.+-]{1,150})")


def colleagues() -> QuerySet[User]:
    """The active people of the shop by name."""
    roles = Q(groups__name__in=User.STAFF_ROLES) | Q(is_superuser=True)
    rows = User.objects.filter(roles, is_active=True)
    return rows.order_by("first_name", "last_name", "username").distinct()


def called_in(text: str) -> list[User]:
    """The colleagues whom a note calls, such as "@ann, please look"; at most twenty."""
    names = {name.rstrip(".-+").lower() for name in CALLED.findall(text)}
    if not names:
        return []
    spelt = Q()
    for name in sorted(names)[:20]:
        spelt |= Q(username__iexact=name)
    return list(colleagues().filter(spelt))
