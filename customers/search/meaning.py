"""Searches by meaning: what was asked of a worker's encoder, and what it found."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from customers.models import MeaningSearch, User
from customers.models.search import HAN
from customers.search.found import Group, Results
from customers.search.kinds import KINDS, SHOWN

FEWEST_LETTERS = 4  # of what has a meaning to look for
STILL_NEW = timedelta(minutes=10)


def meant_by(results: Results, user: User) -> MeaningSearch | None:
    """A search by the meaning of what was typed, asked of a worker unless the same was lately;
    None for what the encoder knows nothing of: identifiers, and scripts it was not trained on.
    """
    letters = sum(map(str.isalpha, results.typed))
    is_known = results.typed.isascii() or not HAN.search(results.typed)
    if letters < FEWEST_LETTERS or not is_known or any(hit.is_exact for hit in results.hits):
        return None
    new = MeaningSearch.objects.filter(by=user, created_at__gte=timezone.now() - STILL_NEW)
    asked = new.filter(text=results.typed).order_by("-created_at").first()
    return asked or MeaningSearch.objects.ask(results.typed, by=user)


def groups_of(asked: MeaningSearch, user: User) -> list[Group]:
    """What was found, as far as the user may see it, the nearest first."""
    groups = []
    for kind in KINDS:
        pks = [hit["pk"] for hit in asked.found if hit["kind"] == kind.name]
        if hits := kind.hits(pks[:SHOWN], user):
            groups.append(Group(kind.name, kind.label, kind.icon, hits))
    return groups
