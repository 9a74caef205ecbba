"""Imports: upload a file, confirm how it is read, check it, take it in, take it back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from customers.doorbell import ring
from customers.import_forms import ReadingForm, UploadForm
from customers.imports.rejects import refused_lines
from customers.models import Import
from customers.paging import page_of
from customers.tasks import run_import, undo_what_was_asked
from customers.views.access import StaffRequest, get_import_for

REFUSED_SHOWN = 20


@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """All imports, and the form for another one; mistakes keep what was typed."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _start(request, form)
    rows = Import.objects.visible_to(request.user).order_by("-created_at", "-id")
    context = {"form": form, "page": page_of(rows.defer("sample", "check_result"), request)}
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def import_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One import: what is to be confirmed, its progress, or what became of it."""
    run = get_import_for(request.user, pk)
    if request.method == "POST":
        return _confirm(request, run)
    form = ReadingForm(run) if run.status == Import.Status.READY else None
    return _page(request, run, form)


@require_GET
def import_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until a worker is through with it."""
    run = get_import_for(request.user, pk)
    if run.status == Import.Status.READY and request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return render(request, "imports/progress.html", _context(request, run))


@require_GET
def import_rejects(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """The rows that could not be taken, each with its reason, as CSV."""
    run = get_import_for(request.user, pk)
    if not run.rejected:
        raise Http404
    response = StreamingHttpResponse(refused_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-rows-{run.pk}.csv"'
    return response


@require_POST
def import_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Have it stop where it is."""
    run = get_import_for(request.user, pk)
    if run.cancel():
        messages.success(request, _("The import stops. What went in stays until you undo it."))
    return redirect("import", pk=pk)


@require_POST
def import_go_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it up again where it stopped."""
    run = get_import_for(request.user, pk)
    if run.go_on():
        ring(run_import, run.pk)
        messages.success(request, _("The import goes on where it stopped."))
    return redirect("import", pk=pk)


@require_POST
def import_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back all that it created and changed: managers any import, others their own."""
    run = get_import_for(request.user, pk)
    if not _may_undo(request, run):
        raise PermissionDenied
    if run.entry and run.is_finished and run.entry.request_undo(by=request.user):
        ring(undo_what_was_asked)
        messages.success(request, _("The import is being undone."))
    return redirect("import", pk=pk)


def _start(request: HttpRequest, form: UploadForm) -> HttpResponse:
    run = form.save(commit=False)
    run.file_name, run.created_by = run.file.name, request.user
    run.save()
    ring(run_import, run.pk)
    return redirect("import", pk=run.pk)


def _confirm(request: StaffRequest, run: Import) -> HttpResponse:
    """Another format, a check, or the import itself, as the form of the page asks for."""
    if run.status != Import.Status.READY:
        messages.info(request, _("This import was started already."))
        return redirect("import", pk=run.pk)
    form = ReadingForm(run, request.POST)
    if not form.is_valid():
        return _page(request, run, form, status=422)
    form.save()
    act = request.POST.get("act")
    asked = {"check": Import.Status.CHECKING, "import": Import.Status.QUEUED}.get(act or "")
    if asked and run.ask_for(asked):
        ring(run_import, run.pk)
    return redirect("import", pk=run.pk)


def _page(
    request: StaffRequest, run: Import, form: ReadingForm | None, status: int = 200
) -> HttpResponse:
    context = {**_context(request, run), "form": form}
    return render(request, "imports/page.html", context, status=status)


def _context(request: StaffRequest, run: Import) -> dict[str, object]:
    refused = run.refused_rows.order_by("number")[:REFUSED_SHOWN] if run.rejected else ()
    cells = [[row.get(name, "") for name in run.columns] for row in run.sample]
    return {"run": run, "refused": refused, "rows": cells, "may_undo": _may_undo(request, run)}


def _may_undo(request: StaffRequest, run: Import) -> bool:
    return run.created_by_id == request.user.pk or request.user.is_manager
