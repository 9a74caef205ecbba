"""What an alarm says, made from its figures in the language of whoever reads it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Alarm
from customers.templatetags.records import money, percent_fine, signed

NOTHING = "–"
NUMBERS = (
    *("reviews", "days", "negative", "former_reviews", "former_negative", "returns", "units"),
    *("sales", "orders", "tickets", "silent", "customers", "times", "texts", "former_texts"),
)
SCORES, SHARES = ("score", "former_score"), ("rate", "former_rate")
TITLES = {
    "product_sentiment": _("Reviews of %(subject)s sound worse"),
    "aspect": _("%(subject)s: more complaints about %(aspect)s"),
    "returns": _("%(subject)s comes back more often"),
    "angry_customer": _("%(subject)s is angry"),
    "churn": _("Customers who buy %(subject)s fall silent"),
    "churn_tag": _("Customers tagged %(subject)s fall silent"),
    "new_topic": _("New topic: %(subject)s"),
    "mail_stopped": _("No mail goes out from %(subject)s"),
    "backup_missing": _("No verified backup since %(subject)s"),
}
EXPLANATIONS = {
    "product_sentiment": _(
        "Of %(reviews)s reviews in %(days)s days %(negative)s are negative. Their mean sentiment "
        "is %(score)s, where the %(former_reviews)s reviews of the year before had "
        "%(former_score)s."
    ),
    "aspect": _(
        "%(negative)s of %(reviews)s reviews in %(days)s days speak ill of it; in the year before "
        "%(former_negative)s of %(former_reviews)s did."
    ),
    "returns": _(
        "%(returns)s returns (%(units)s units) for %(sales)s sales in %(days)s days: %(rate)s, "
        "where %(former_rate)s is usual for it."
    ),
    "angry_customer": _(
        "Spent %(spent)s in %(orders)s orders. Open tickets that sound very negative: %(tickets)s, "
        "the latest is “%(ticket)s”."
    ),
    "churn": _(
        "%(silent)s of %(customers)s fell silent in the last %(days)s days: they stay away much "
        "longer than between their earlier orders. That is %(times)s times the rate of the year "
        "before."
    ),
    "new_topic": _(
        "%(texts)s texts in %(days)s days are about it, %(former_texts)s in the year before. They "
        "say: %(words)s."
    ),
    "mail_stopped": _(
        "Sending stopped by itself: %(reason)s Replies in %(tickets)s tickets wait. Look for what "
        "writes so much, then resume it on the page of the mailbox."
    ),
    "backup_missing": _(
        "For more than 26 hours no backup was made and read back. Run “manage.py backup”, and "
        "look into the log of the bulk worker. %(reason)s"
    ),
}


def title(alarm: Alarm) -> str:
    """What happened, in one line."""
    by_tag = alarm.kind == "churn" and alarm.evidence.get("by") == "tag"
    return str(TITLES["churn_tag" if by_tag else alarm.kind]) % _told(alarm)


def explanation(alarm: Alarm) -> str:
    """The figures that tell it, in a sentence or two."""
    return str(EXPLANATIONS[alarm.kind]) % _told(alarm)


def _told(alarm: Alarm) -> dict[str, Any]:
    """The figures as they are shown. Every sentence has all it may ask for, so that an alarm
    of an older version is still told.
    """
    evidence = alarm.evidence
    aspect = evidence.get("aspect_name")
    return {
        **{name: evidence.get(name, NOTHING) for name in NUMBERS},
        **{name: signed(evidence.get(name)) for name in SCORES},
        **{name: percent_fine(evidence.get(name)) for name in SHARES},
        "subject": alarm.subject_name,
        "aspect": gettext(aspect) if aspect else NOTHING,
        "spent": money(Decimal(evidence.get("spent", 0)), evidence.get("currency", "")),
        "ticket": evidence.get("subject", NOTHING),
        "reason": evidence.get("reason", NOTHING),
        "words": ", ".join(evidence.get("words", [])) or NOTHING,
    }
