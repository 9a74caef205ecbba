"""The portal's page of preferences: what the shop may do with one's data."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.models import Consent, Purpose
from customers.portal.identity import asker_of
from customers.privacy import consents
from customers.privacy.wording import TO_CUSTOMERS


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """What the customer allows, purpose by purpose; what they change is recorded with the very
    words that stood there.
    """
    asker = asker_of(request)
    if asker is None:
        return redirect(f"{reverse('portal-identify')}?next={reverse('portal-preferences')}")
    stands = {purpose: consents.allows(asker, purpose) for purpose in Purpose}
    if request.method == "POST":
        for purpose, was in stands.items():
            wanted = purpose in request.POST.getlist("allowed")
            if wanted != was:
                consents.record(
                    asker,
                    purpose,
                    wanted,
                    method=Consent.Method.PORTAL,
                    wording=str(TO_CUSTOMERS[purpose]),
                    origin=request.path,
                )
        messages.success(request, _("Your preferences are saved."))
        return redirect("portal-preferences")
    rows = [(one.value, TO_CUSTOMERS[one], is_allowed) for one, is_allowed in stands.items()]
    return render(request, "portal/preferences.html", {"asker": asker, "rows": rows})
