"""Who asks on the portal: customers prove it by a link in their mailbox, or the shop's own site
says so with a keyed hash.

A link is signed, lasts half an hour, serves signing in alone and works once. Whether a mailbox
belongs to a customer is never told to whoever asks for a link.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.portal.limits import first_use

LINK_SALT, ASKER_SALT = "rapport.portal.sign-in", "rapport.widget.asker"
LINK_SECONDS = 1800
SIGNED_IN_SECONDS = 12 * 3600
SESSION_KEY = "portal_customer"
INTERFACE_LANGUAGES = {"zh": "zh-hans"}


def asker_of(request: HttpRequest) -> Customer | None:
    """The customer who proved who they are in this session; None for everybody else."""
    if not hasattr(request, "_asker"):
        request._asker = _signed_in(request)  # type: ignore[attr-defined]
    return request._asker  # type: ignore[attr-defined]


def sign_in(request: HttpRequest, customer: Customer) -> None:
    """Have this session be the customer's for half a day; it gets a new key."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = {"pk": customer.pk, "at": time.time()}
    request._asker = customer  # type: ignore[attr-defined]


def sign_out(request: HttpRequest) -> None:
    """Forget who asks."""
    request.session.pop(SESSION_KEY, None)
    request._asker = None  # type: ignore[attr-defined]


def send_link(email: str, address: str, after: str = "") -> bool:
    """Mail a link below `address` to the customer of this mailbox, if there is one; whether
    there was. `after` is the page of the portal that follows.
    """
    customer = customer_of_mailbox(email)
    if customer is None:
        return False
    token = signing.dumps([customer.pk, customer.email.casefold(), after], salt=LINK_SALT)
    language = INTERFACE_LANGUAGES.get(customer.language[:2], "en")
    with translation.override(language):
        subject = _("Your link to %(shop)s") % {"shop": settings.SHOP_NAME}
        body = _(
            "Open this link within half an hour to see answers about your own orders:\n\n"
            "%(link)s\n\nIf you did not ask for it, do nothing: nobody got in."
        ) % {"link": f"{address}{token}/"}
    # to the address on record, not the one that was typed: it may differ in more than case
    send_mail(subject, body, None, [customer.email])
    return True


def customer_of_mailbox(email: str) -> Customer | None:
    """The customer whom this address reaches; of several the one who ordered last."""
    rows = Customer.objects.with_email(email).defer("search")
    latest: Any = rows.order_by("-last_order_at", "pk").exclude(email="")
    return latest.filter(last_order_at__isnull=False).first() or latest.first()


def read_link(token: str) -> tuple[Customer, str] | None:
    """Whom a link is for, and the page that follows; None when it is old, forged, or the
    customer's mailbox is another by now. Reading it uses nothing up.
    """
    try:
        pk, email, after = signing.loads(token, salt=LINK_SALT, max_age=LINK_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    customer = Customer.objects.filter(pk=pk).defer("search").first()
    if customer is None or customer.email.casefold() != email:
        return None
    return customer, after


def use_link(token: str) -> tuple[Customer, str] | None:
    """As `read_link`, once: a second use gets None."""
    found = read_link(token)
    return found if found and first_use(token, seconds=LINK_SECONDS) else None


def user_hash(user: str) -> str:
    """What the shop's own site signs its logged-in user with: HMAC-SHA256 of the external id
    or e-mail under `WIDGET_SECRET`, in hexadecimal.
    """
    secret = settings.WIDGET_SECRET.encode()
    return hmac.new(secret, user.encode(), hashlib.sha256).hexdigest()


def signed_user(user: str, given: str) -> Customer | None:
    """The customer whom the shop's own site vouches for; None where the hash is wrong, no
    secret is set, or the external id is that of several customers.
    """
    if not (settings.WIDGET_SECRET and user and given):
        return None
    if not hmac.compare_digest(user_hash(user).encode(), given.strip().lower().encode()):
        return None
    if "@" in user:
        return customer_of_mailbox(user)
    found = list(Customer.objects.filter(external_id=user).defer("search")[:2])
    return found[0] if len(found) == 1 else None


def asker_token(customer: Customer | None) -> str:
    """What the widget's form carries from page to page instead of a cookie."""
    return signing.dumps(customer.pk, salt=ASKER_SALT) if customer else ""


def asker_of_token(token: str) -> Customer | None:
    """The customer of such a token, for half a day."""
    try:
        pk = signing.loads(token, salt=ASKER_SALT, max_age=SIGNED_IN_SECONDS)
    except signing.BadSignature:
        return None
    return Customer.objects.filter(pk=pk).defer("search").first()


def _signed_in(request: HttpRequest) -> Customer | None:
    kept = request.session.get(SESSION_KEY)
    if not kept or time.time() - kept["at"] > SIGNED_IN_SECONDS:
        return None
    return Customer.objects.filter(pk=kept["pk"]).defer("search").first()
