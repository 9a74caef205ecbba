"""What customers are asked, in the words that are kept as the proof of what they say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from customers.models import Purpose

TO_CUSTOMERS = {
    Purpose.MARKETING: _("The shop may write to me about products and offers."),
    Purpose.PROFILING: _(
        "The shop may work out from my orders and messages what suits me, and show it to me."
    ),
    Purpose.TRAINING: _("The shop's own models may learn from my orders and messages."),
    Purpose.EXTERNAL: _(
        "Services outside of the shop may help to answer me; names and addresses are masked "
        "before anything leaves."
    ),
}
