"""The plot of answers: error against share answered (risk and coverage)."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import ErrorBudget
from customers.plots.asked import Asked
from customers.plots.automation import risk_layers
from customers.plots.specs import Plot, framed


def error_by_answered(asked: Asked) -> Plot:
    """Among how many answers which share would be wrong, with its upper bound, the budget, and
    the point that was chosen; for managers, as all figures of models.
    """
    rows = ErrorBudget.objects.visible_to(asked.user).filter(task=ErrorBudget.Task.ANSWER)
    budget = get_object_or_404(rows, pk=asked.pk)
    address = f"{reverse('questions')}?part=reviewed"
    x, y = _("questions answered"), _("wrong answers")
    layer = risk_layers(budget, address, x, y)
    points = [
        {"share": p["share"], "error": p["error"], "bound": p["bound"], "url": address}
        for p in budget.curve
    ]
    text = _("Share of wrong answers against the share of questions that are answered")
    columns = {"share": x, "error": y, "bound": _("upper bound")}
    return framed(points, text, columns=columns, layer=layer)
