"""How a customer sounds from message to message of a ticket."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from customers.plots.asked import Asked
from customers.plots.specs import MOST_POINTS, NEUTRAL, SCORE_COLOUR, Plot, framed
from customers.views.access import get_ticket_for


def ticket_sentiment(asked: Asked) -> Plot:
    """The score of each of the customer's messages, in their order; points lead to them."""
    ticket = get_ticket_for(asked.user, asked.pk)
    said = ticket.messages.from_customers().filter(effective_score__isnull=False)
    latest = said.order_by("-sent_at", "-id").values_list("pk", "sent_at", "effective_score")
    page = reverse("ticket", args=[ticket.pk])
    rows = [
        {"message": number, "at": at.isoformat(), "score": score, "url": f"{page}#message-{key}"}
        for number, (key, at, score) in enumerate(reversed(latest[:MOST_POINTS]), start=1)
    ]
    x = {"field": "message", "type": "ordinal", "axis": None}
    y = {
        "field": "score",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-1, 1]},
        "axis": {"values": [-1, 0, 1]},
    }
    line = {
        "mark": {"type": "line", "color": NEUTRAL, "opacity": 0.6},
        "encoding": {"x": x, "y": y},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": SCORE_COLOUR, "href": {"field": "url"}},
    }
    text = _("Sentiment of the customer's %(n)s messages, in their order") % {"n": len(rows)}
    columns = {"message": _("Message"), "at": _("When"), "score": _("sentiment")}
    return framed(rows, text, columns=columns, layer=[line, points], width=280, height=70)
