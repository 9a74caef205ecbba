"""Proposals of agents on the pages of what they are about."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from customers.models import Proposal
from customers.proposals.showing import dress

register = template.Library()
SHOWN = 5


@register.inclusion_tag("proposals/about.html", takes_context=True)
def proposals_about(context: RequestContext, row: Any) -> dict[str, Any]:
    """What waits about a ticket or a customer, the latest first."""
    request = context["request"]
    about = {row._meta.model_name: row}
    rows = Proposal.objects.visible_to(request.user).waiting().filter(**about)
    found = list(rows.for_rows()[: SHOWN + 1])
    dress(found[:SHOWN])
    return {
        "proposals": found[:SHOWN],
        "is_cut": len(found) > SHOWN,
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }
