"""A new password by mail. The second step stays: whoever has the mailbox alone is not in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from allauth.account.forms import default_token_generator
from allauth.account.signals import password_reset
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import send_mail
from django.dispatch import receiver
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from customers.accounts import limits
from customers.models import User


def send_reset(email: str, root: str, language: str) -> int:
    """Mail a link below `root` to each active login of this address; to how many."""
    users = [
        user
        for user in User.objects.filter(email__iexact=email, is_active=True).order_by("pk")[:5]
        if user.has_usable_password()
    ]
    for user in users:
        names = [user_pk_to_url_str(user), default_token_generator.make_token(user)]
        link = urljoin(root, reverse("account_reset_password_from_key", args=names))
        with translation.override(language):
            subject = _("A new password for Rapport")
            body = _(
                "Open this link to set a new password for %(name)s:\n\n%(link)s\n\n"
                "If you did not ask for it, do nothing: nothing was changed."
            ) % {"name": user.get_username(), "link": link}
        send_mail(subject, body, None, [user.email])
    return len(users)


@receiver(password_reset)
def let_the_owner_in(user: Any, **_: Any) -> None:
    """Guesses of others count no longer against whoever proved to be the owner."""
    limits.forget_all_guesses(user.get_username())
