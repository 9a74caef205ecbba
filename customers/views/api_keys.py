"""API keys, for admins: made, shown once, rotated and revoked."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import ApiKey
from customers.paging import page_of
from customers.partners.forms import ApiKeyForm, RotationForm, scope_choices
from customers.partners.keys import issue, rotate
from customers.views.access import StaffRequest, admins_only


@require_GET
@admins_only
def key_list(request: StaffRequest) -> HttpResponse:
    """All keys, the newest first."""
    rows = ApiKey.objects.visible_to(request.user).select_related("owner", "replaced_by")
    return render(request, "partners/keys.html", {"page": page_of(rows, request)})


@never_cache
@require_http_methods(["GET", "POST"])
@admins_only
def new_key(request: StaffRequest) -> HttpResponse:
    """Make a key; the answer to the form is the one page that ever shows its secret."""
    form = ApiKeyForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "partners/new_key.html", {"form": form}, status=status)
    said = form.cleaned_data
    key, secret = issue(said["owner"], name=said["name"], by=request.user, **form.columns)
    return _shown_once(request, key, secret)


@require_GET
@admins_only
def key_page(request: StaffRequest, pk: int) -> HttpResponse:
    """What a key opens, and how it is used."""
    return _page(request, pk, RotationForm())


@never_cache
@require_POST
@admins_only
def rotate_key(request: StaffRequest, pk: int) -> HttpResponse:
    """Make the key that takes this one's place; both work for a while."""
    form = RotationForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    overlap = timedelta(hours=form.cleaned_data["overlap_hours"])
    try:
        key, secret = rotate(_key(request, pk), overlap=overlap, by=request.user)
    except ValueError:
        messages.error(request, _("It works no more, or was rotated before."))
        return redirect("apikey", pk=pk)
    return _shown_once(request, key, secret)


@require_POST
@admins_only
def revoke_key(request: StaffRequest, pk: int) -> HttpResponse:
    """Shut the key from the next request on."""
    key = _key(request, pk)
    key.revoke()
    messages.success(request, _("%(key)s is revoked.") % {"key": key})
    return redirect("apikey", pk=pk)


def _key(request: StaffRequest, pk: int) -> ApiKey:
    rows = ApiKey.objects.visible_to(request.user).select_related("owner", "created_by")
    return get_object_or_404(rows, pk=pk)


def _page(request: StaffRequest, pk: int, form: RotationForm, status: int = 200) -> HttpResponse:
    key = _key(request, pk)
    scopes = [name for scope, name in scope_choices() if key.allows(scope)]
    newer = ApiKey.objects.filter(replaces=key).first()
    context = {"key": key, "scopes": scopes, "form": form, "newer": newer}
    return render(request, "partners/key.html", context, status=status)


def _shown_once(request: StaffRequest, key: ApiKey, secret: str) -> HttpResponse:
    return render(request, "partners/secret.html", {"key": key, "secret": secret}, status=201)
