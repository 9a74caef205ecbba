"""The plot of answers: error against share answered (risk and coverage)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.asking.risk import answer_risk
from customers.plots.asked import Asked
from customers.plots.automation import risk_layers
from customers.plots.specs import Plot, framed


def error_by_answered(asked: Asked) -> Plot:
    """Among how many answers which share is wrong, with its upper bound, the budget, and the
    point that was chosen; for managers, as all figures of models.
    """
    if not asked.user.is_manager:
        raise PermissionDenied
    risk = answer_risk()
    address = f"{reverse('questions')}?part=reviewed"
    x, y = _("questions answered"), _("wrong answers")
    points = [
        {"share": p["share"], "error": p["error"], "bound": p["bound"], "url": address}
        for p in risk.points
    ]
    layer = risk_layers(risk.budget, address, x, y)
    text = _("Share of wrong answers against the share of questions that are answered")
    columns = {"share": x, "error": y, "bound": _("upper bound")}
    return framed(points, text, columns=columns, layer=layer)
