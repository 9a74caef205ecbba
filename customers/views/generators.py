"""Generators of text: which there are, which feature uses one, and what each user took."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.forms import GeneratorForm, GeneratorUseForm
from customers.models import Feature, Generator, GeneratorTrial, GeneratorUse
from customers.models.generation import GenerationLog
from customers.paging import page_of
from customers.views.access import (
    StaffRequest,
    admins_only,
    get_generator_for,
    get_trial_for,
    managers_only,
)

MOST_ROWS = 200  # of use by user, the heaviest first
# What a remote generator would be given, in plain words beside the switch.
LEAVES = {
    Feature.REPLY: gettext_lazy(
        "the latest messages of the ticket, the public help pages that fit it, and the facts of "
        "its order"
    ),
    Feature.SUMMARY: gettext_lazy("the latest messages of the ticket"),
    Feature.ARTICLE: gettext_lazy(
        "sentences that agents wrote to several customers in solved tickets, none of which names "
        "a person"
    ),
}


@require_GET
@managers_only
def generator_list(request: StaffRequest) -> HttpResponse:
    """The features with their switches, the generators, and this month's use by user."""
    return render(request, "generators/list.html", list_context(request))


@require_http_methods(["GET", "POST"])
@admins_only
def new_generator(request: StaffRequest) -> HttpResponse:
    """Add a generator; nothing uses it before a feature is switched on."""
    generator = Generator(created_by=request.user)
    return _edited(request, generator)


@require_http_methods(["GET", "POST"])
@managers_only
def generator_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One generator with its latest try-outs; admins change it."""
    generator = get_generator_for(request.user, pk)
    if request.method == "GET":
        return render(request, "generators/page.html", page_context(request, generator))
    if not request.user.has_role("admin"):
        raise PermissionDenied
    return _edited(request, generator)


@require_POST
@admins_only
def try_generator(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a worker ask it for one sentence."""
    generator = get_generator_for(request.user, pk)
    GeneratorTrial.objects.ask(generator=generator, requested_by=request.user)
    messages.success(request, _("The try-out waits for a worker; it is shown here."))
    return redirect("model-generator", pk=pk)


@require_GET
@managers_only
def trial(request: StaffRequest, pk: int) -> HttpResponse:
    """One try-out alone; it polls itself until a worker is done with it."""
    return render(request, "generators/trial.html", {"trial": get_trial_for(request.user, pk)})


@require_POST
@admins_only
def switch(request: StaffRequest, feature: str) -> HttpResponse:
    """Switch a feature on or off, choose its generator and the quota of its users."""
    if feature not in Feature.values:
        raise Http404
    form = GeneratorUseForm(request.POST, instance=use_of(feature), auto_id=f"id_{feature}_%s")
    if not form.is_valid():
        context = list_context(request, refused=form)
        return render(request, "generators/list.html", context, status=422)
    form.instance.set(by=request.user)
    said = _("Switched on.") if form.instance.is_on else _("Switched off.")
    messages.success(request, f"{form.instance}: {said}")
    return redirect("model-generators")


def use_of(feature: str) -> GeneratorUse:
    """The switch of a feature; one that is off before anybody set it."""
    rows = GeneratorUse.objects.select_related("generator", "set_by")
    return rows.filter(feature=feature).first() or GeneratorUse(feature=feature)


def list_context(request: StaffRequest, refused: GeneratorUseForm | None = None) -> dict[str, Any]:
    """All that the page of generators shows; `refused` keeps what was typed."""
    generators = Generator.objects.visible_to(request.user).prefetch_related("uses")
    used = GenerationLog.objects.visible_to(request.user).since_month_began().by_user()
    features = [_feature(feature) for feature in Feature]
    for told in features:
        if refused is not None and refused.instance.feature == told["use"].feature:
            told["form"] = refused
    return {
        "features": features,
        "page": page_of(generators.order_by("name"), request),
        "used": [_named(row) for row in used[:MOST_ROWS]],
        "may_set": request.user.has_role("admin"),
    }


def page_context(
    request: StaffRequest, generator: Generator, form: GeneratorForm | None = None
) -> dict[str, Any]:
    """A generator with its form, its features and its latest try-outs."""
    trials = GeneratorTrial.objects.filter(generator=generator) if generator.pk else None
    return {
        "generator": generator,
        "form": form or GeneratorForm(instance=generator),
        "trials": trials.order_by("-pk")[:5] if trials is not None else [],
        "uses": generator.uses.filter(is_on=True) if generator.pk else [],
        "may_set": request.user.has_role("admin"),
    }


def _edited(request: StaffRequest, generator: Generator) -> HttpResponse:
    form = GeneratorForm(request.POST or None, instance=generator)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The generator is saved."))
        return redirect("model-generator", pk=form.instance.pk)
    status = 422 if request.method == "POST" else 200
    if generator.pk:  # what was typed stands in the form; the heading keeps the stored name
        generator = get_generator_for(request.user, generator.pk)
    context = page_context(request, generator, form)
    return render(request, "generators/page.html", context, status=status)


def _feature(feature: Feature) -> dict[str, Any]:
    use = use_of(feature)
    return {
        "use": use,
        "leaves": LEAVES[feature],
        "form": GeneratorUseForm(instance=use, auto_id=f"id_{feature}_%s"),
    }


def _named(row: dict[str, Any]) -> dict[str, Any]:
    names = dict(GenerationLog._meta.get_field("feature").flatchoices)
    return row | {"feature_name": names.get(row["feature"], row["feature"])}
