"""Models: which serve, how good they are, what staff said, trained anew, put back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers import learning
from customers.models import Correction, ModelVersion, Promotion, Training
from customers.paging import page_of
from customers.views.access import StaffRequest, get_model_for, get_training_for, managers_only

RECENT = 10


@require_GET
@managers_only
def model_list(request: StaffRequest) -> HttpResponse:
    """The serving model of each task, what waits to be learnt, and the trainings so far."""
    trainings = Training.objects.select_related("requested_by", "model").defer(
        "before", "after", "model__card", "model__measured"
    )
    context = {
        "tasks": learning.task_rows(),
        "page": page_of(trainings.order_by("-created_at", "-id"), request),
        "pending": Promotion.objects.pending().exists(),
    }
    return render(request, "models/list.html", context)


@require_GET
def model_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One version: card, figures by class and language, plots, and its neighbours."""
    version = get_model_for(request.user, pk)
    return render(request, "models/page.html", model_context(request, version))


@require_GET
def model_versions(request: StaffRequest, pk: int) -> HttpResponse:
    """The versions of the task alone; polls itself while a change is under way."""
    version = get_model_for(request.user, pk)
    return render(request, "models/versions.html", versions_context(request, version))


@require_POST
def promote(request: StaffRequest, pk: int) -> HttpResponse:
    """Have this version serve its task, forwards or back."""
    version = get_model_for(request.user, pk)
    Promotion.objects.ask(model=version, requested_by=request.user)
    messages.success(request, _("The change waits for a worker; it takes a few seconds."))
    return redirect("model", pk=pk)


@require_POST
@managers_only
def start_training(request: StaffRequest, task: str) -> HttpResponse:
    """Train a task from what staff said; one training of a task at a time."""
    if task not in Correction.Task.values:
        raise Http404
    running = Training.objects.filter(task=task, status__in=Training.UNFINISHED).first()
    job = running or Training.objects.ask(task=task, requested_by=request.user)
    return redirect("training", pk=job.pk)


@require_GET
def training_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One training with its progress, and then both models side by side."""
    job = get_training_for(request.user, pk)
    return render(request, "trainings/page.html", training_context(job))


@require_GET
def training_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress alone; it polls itself until the training is finished."""
    job = get_training_for(request.user, pk)
    return render(request, "trainings/progress.html", training_context(job))


@require_GET
@managers_only
def correction_list(request: StaffRequest) -> HttpResponse:
    """What staff said for or against the models, the latest first."""
    rows = Correction.objects.select_related("ticket", "message", "review", "customer", "by")
    rows = rows.defer("ticket__search", "ticket__intent_detail", "customer__search")
    task = request.GET.get("task", "")
    if task in Correction.Task.values:
        rows = rows.filter(task=task)
    page = page_of(rows.order_by("-said_at", "-id"), request)
    return render(request, "corrections/list.html", {"page": page, "task": task})


def training_context(job: Training) -> dict[str, Any]:
    """A training and its two models in rows."""
    return {
        "training": job,
        "overall": learning.overall_rows(job.before, job.after),
        "classes": learning.class_rows(job.before, job.after),
        "majority": learning.majority_share(job.before),
    }


def model_context(request: StaffRequest, version: ModelVersion) -> dict[str, Any]:
    """A version, its figures in rows, and the other versions of its task."""
    figures, measured_on = learning.main_figures(version)
    return {
        "figures": figures,
        "measured_on": measured_on,
        "classes": learning.class_rows({}, figures),
        "majority": learning.majority_share(figures),
        "said": learning.said_by_staff(version),
        "trainable": learning.trainable(version),
        **versions_context(request, version),
    }


def versions_context(request: StaffRequest, version: ModelVersion) -> dict[str, Any]:
    """The versions of a task, newest first, and the changes of it so far."""
    changes = Promotion.objects.filter(model__task=version.task)
    latest = changes.select_related("model", "replaced", "requested_by").order_by("-pk")
    versions = ModelVersion.objects.filter(task=version.task).order_by("-pk")
    return {
        "version": version,
        "page": page_of(versions, request, RECENT),
        "serving_pk": versions.filter(is_serving=True).values_list("pk", flat=True).first() or 0,
        "changes": latest.defer("model__card", "replaced__card")[:RECENT],
        "is_changing": changes.pending().exists(),
    }
