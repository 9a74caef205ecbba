"""What models could not read: each row with its reason, and the button that has it read again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from customers.models import Analysable, Message, Passage, Review
from customers.paging import page_of
from customers.progress import READ_MODELS, analysis_progress
from customers.views.access import StaffRequest

KINDS: dict[str, type[Analysable]] = {str(model._meta.model_name): model for model in READ_MODELS}
# What the link of a row needs, without a query each.
RELATED: dict[str, tuple[str, ...]] = {
    "message": ("ticket",),
    "review": ("product",),
    "passage": ("article", "product", "ticket"),
}
WIDE = {"product": ("search",), "customer": ("search",)}


@require_GET
def set_aside(request: StaffRequest) -> HttpResponse:
    """The rows of one kind that were set aside, the latest first."""
    progress = analysis_progress()
    failed = [row.kind for row in progress if row.failed]
    kind = request.GET.get("kind") or (failed or ["message"])[0]
    rows = _model(kind).objects.visible_to(request.user).failed()
    rows = rows.select_related(*RELATED.get(kind, ())).defer(*WIDE.get(kind, ()))
    page = page_of(rows.order_by("-requested_at", "-pk"), request)
    for row in page.object_list:
        row.address = address_of(row)
    context = {"progress": progress, "kind": kind, "page": page}
    return render(request, "set_aside.html", context)


@require_POST
def read_again(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Have one row read again."""
    rows = _model(kind).objects.visible_to(request.user).filter(pk=pk)
    asked = rows.failed().request_analysis()
    if not asked and not rows.exists():
        raise Http404
    messages.success(request, _told(asked) if asked else _("It waits already, or was read."))
    return redirect(f"{reverse('set-aside')}?kind={kind}")


@require_POST
def retry_failed(request: HttpRequest) -> HttpResponse:
    """Have every row read again that was set aside."""
    asked = sum(model.objects.failed().request_analysis() for model in READ_MODELS)
    messages.success(request, _told(asked))
    return redirect("home")


def address_of(row: Analysable) -> str:
    """The page on which a row stands."""
    about: Any = row
    if isinstance(row, Message):
        about = row.ticket
    elif isinstance(row, Review):
        about = row.product
    elif isinstance(row, Passage):
        about = row.article or row.product or row.ticket
    return reverse(str(about._meta.model_name), args=[about.pk]) if about is not None else ""


def _told(n: int) -> str:
    return ngettext("%(n)d row will be read again.", "%(n)d rows will be read again.", n) % {"n": n}


def _model(kind: str) -> type[Analysable]:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]
