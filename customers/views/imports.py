"""Imports: upload a file, watch it go in, fetch the rows that could not be taken."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers.forms import ImportForm
from customers.imports.formats import format_choices
from customers.models import Import
from customers.paging import page_of
from customers.tasks import run_import
from customers.views.access import get_import_for


@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """All imports, and the form for another one; mistakes keep what was typed."""
    form = ImportForm(request.POST or None, request.FILES or None, formats=format_choices())
    if request.method == "POST" and form.is_valid():
        return _start(request, form)
    rows = Import.objects.visible_to(request.user).order_by("-created_at", "-id")
    context = {"form": form, "page": page_of(rows, request)}
    return render(request, "imports/list.html", context, status=422 if form.errors else 200)


@require_GET
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import with its progress."""
    return render(request, "imports/page.html", {"run": get_import_for(request.user, pk)})


@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the import is finished."""
    return render(request, "imports/progress.html", {"run": get_import_for(request.user, pk)})


@require_GET
def import_rejects(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that could not be taken, each with its reason, as CSV."""
    run = get_import_for(request.user, pk)
    path = Path(settings.REJECTS_DIR, Path(run.rejects_file).name)
    if not run.rejects_file or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _start(request: HttpRequest, form: ImportForm) -> HttpResponse:
    run = form.save(commit=False)
    run.file_name, run.created_by = run.file.name, request.user
    run.save()
    transaction.on_commit(lambda: run_import.delay(run.pk))
    messages.success(request, _("The import waits for a worker."))
    return redirect("import", pk=run.pk)
