"""Privacy on the screens: consents, erasures and what comes back, access exports, holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.doorbell import ring
from customers.models import (
    AccessExport,
    Consent,
    Customer,
    ErasureRequest,
    LegalHold,
    ModelVersion,
    Purpose,
    RetentionRule,
    RetentionRun,
)
from customers.paging import page_of
from customers.privacy import consents, erasing, retention
from customers.privacy.forms import ComeBackForm, ConsentForm, EraseForm, HoldForm
from customers.privacy.tombstones import lift
from customers.tasks import take_up_jobs
from customers.views.access import StaffRequest, get_customer_for

View = Callable[..., Any]


def managers_only(view: View) -> View:
    """Refuse whoever is neither manager nor admin."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_manager:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def privacy_context(customer: Customer) -> dict[str, Any]:
    """What a customer's page says of their privacy."""
    return {
        "purposes": [(purpose.label, consents.allows(customer, purpose)) for purpose in Purpose],
        "hold": LegalHold.objects.filter(customer=customer).select_related("set_by").first(),
    }


@require_http_methods(["GET", "POST"])
def customer_consents(request: StaffRequest, pk: int) -> HttpResponse:
    """What a customer allowed and refused, the latest first; and the form for what they say."""
    customer = get_customer_for(request.user, pk)
    form = ConsentForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        purpose, is_allowed = said.pop("purpose"), said.pop("is_allowed")
        consents.record(customer, purpose, is_allowed, by=request.user, **said)
        messages.success(request, _("The consent is recorded."))
        return redirect("customer-consents", pk=pk)
    rows = Consent.objects.filter(customer=customer).select_related("by")
    context = {
        "customer": customer,
        "form": form,
        "page": page_of(rows, request),
        **privacy_context(customer),
    }
    return render(request, "privacy/consents.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@managers_only
def erase_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """What would go, and the form that confirms it."""
    customer = get_customer_for(request.user, pk)
    form = EraseForm(request.POST or None, customer=customer)
    if form.is_bound and form.is_valid():
        try:
            asked = erasing.ask(customer, form.cleaned_data["reason"], by=request.user)
            return redirect("erasure", pk=asked.pk)
        except erasing.Held as held:
            form.add_error(None, str(held))
    context = {"customer": customer, "form": form, "preview": erasing.preview(customer)}
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)


@require_GET
@managers_only
def privacy_home(request: StaffRequest) -> HttpResponse:
    """Erasures, the models that are to be trained anew, and what ages out."""
    return _home(request, ComeBackForm())


def _home(request: StaffRequest, form: ComeBackForm) -> HttpResponse:
    rows = ErasureRequest.objects.visible_to(request.user).select_related("requested_by")
    known = {rule.kept: rule.days for rule in RetentionRule.objects.all()}
    context = {
        "page": page_of(rows.defer("row_keys", "receipt"), request),
        "form": form,
        "models_due": ModelVersion.objects.filter(retrain_due_on__isnull=False).order_by(
            "retrain_due_on", "pk"
        )[:50],
        "rules": [(label, known.get(kept)) for kept, label in RetentionRule.Kept.choices],
        "runs": RetentionRun.objects.visible_to(request.user).defer("row_keys")[:5],
    }
    return render(request, "privacy/home.html", context, status=422 if form.errors else 200)


@require_POST
@managers_only
def come_back(request: StaffRequest) -> HttpResponse:
    """Record the new consent of somebody who was erased."""
    form = ComeBackForm(request.POST)
    if not form.is_valid():
        return _home(request, form)
    if lift(form.digests, form.cleaned_data["wording"], by=request.user):
        messages.success(request, _("The new consent is recorded; the person may be stored again."))
    else:
        messages.info(request, _("Nobody known so was erased."))
    return redirect("privacy")


@require_POST
@managers_only
def try_retention(request: StaffRequest) -> HttpResponse:
    """List what would age out now; nothing goes."""
    run = retention.apply(is_dry=True)
    if run is None:
        messages.info(request, _("Another run is under way."))
    return redirect("privacy")


@require_GET
@managers_only
def erasure_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One erasure with its progress and, at the end, its receipt."""
    return render(request, "privacy/erasure.html", {"job": _erasure(request, pk)})


@require_GET
@managers_only
def erasure_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the end."""
    return render(request, "privacy/erasure_progress.html", {"job": _erasure(request, pk)})


@require_GET
@managers_only
def erasure_receipt(request: StaffRequest, pk: int) -> HttpResponse:
    """The signed receipt as a file."""
    erasure = _erasure(request, pk)
    if not erasure.receipt:
        raise Http404
    text = json.dumps(erasure.receipt, indent=1, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="erasure-{erasure.number}.json"'
    return answer


@require_POST
@managers_only
def erasure_go_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Take up an erasure again that stopped."""
    _erasure(request, pk).go_on()
    return redirect("erasure", pk=pk)


@require_POST
@managers_only
def hold_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a customer under a legal hold, or lift it (`do` = lift)."""
    customer = get_customer_for(request.user, pk)
    form = HoldForm(request.POST)
    if request.POST.get("do") == "lift":
        LegalHold.objects.filter(customer=customer).delete()
        messages.success(request, _("The legal hold is lifted."))
    elif form.is_valid():
        said = {"reason": form.cleaned_data["reason"], "set_by": request.user}
        LegalHold.objects.update_or_create(customer=customer, defaults=said)
        messages.success(request, _("Nothing of this customer is erased until the hold is lifted."))
    else:
        messages.error(request, _("Give the reason of the hold."))
    return redirect("customer-consents", pk=pk)


@require_POST
@managers_only
def new_access_export(request: StaffRequest, pk: int) -> HttpResponse:
    """Have everything about a customer written into a file for them."""
    customer = get_customer_for(request.user, pk)
    with transaction.atomic():
        job = AccessExport.objects.create(customer=customer, created_by=request.user)
        ring(take_up_jobs)
    return redirect("accessexport", pk=job.pk)


@require_GET
@managers_only
def access_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One access export with its progress."""
    return render(request, "privacy/access.html", {"job": _access(request, pk)})


@require_GET
@managers_only
def access_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the file is there."""
    return render(request, "privacy/access_progress.html", {"job": _access(request, pk)})


@never_cache
@require_GET
@managers_only
def access_file(request: StaffRequest, pk: int) -> FileResponse:
    """The file, while its time lasts; each download is noted."""
    job = _access(request, pk)
    if not job.is_open or not job.file.storage.exists(str(job.file.name)):
        raise Http404
    job.note_download()
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)


def _erasure(request: StaffRequest, pk: int) -> ErasureRequest:
    return get_object_or_404(ErasureRequest.objects.visible_to(request.user), pk=pk)


def _access(request: StaffRequest, pk: int) -> AccessExport:
    rows = AccessExport.objects.visible_to(request.user).select_related("customer")
    return get_object_or_404(rows.defer("customer__search"), pk=pk)
