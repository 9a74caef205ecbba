"""The signed link of an invitation: it opens one rating and nothing else, without a login."""

from __future__ import annotations

from django.core import signing

from customers.models import Customer, SatisfactionRating

SALT = "rapport.satisfaction"


def token_of(rating: SatisfactionRating) -> str:
    """What the link carries; the same each time. The rating itself says until when it is taken."""
    return signing.Signer(salt=SALT).sign_object(rating.pk)


def rating_of(token: str) -> SatisfactionRating | None:
    """The rating that a link opens; None for one that is forged or whose ticket is gone."""
    try:
        pk = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    rows = SatisfactionRating.objects.select_related("ticket").defer("ticket__search")
    return rows.filter(pk=pk).first()


def waiting_for(customer: Customer) -> list[tuple[SatisfactionRating, str]]:
    """The tickets that a customer was asked about and has not rated, each with its token."""
    rows = SatisfactionRating.objects.filter(ticket__customer=customer, score=None)
    rows = rows.select_related("ticket").defer("ticket__search").order_by("-invited_at")
    return [(rating, token_of(rating)) for rating in rows[:10] if rating.may_change]
