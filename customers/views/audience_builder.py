"""The builder of audiences: rules put together by buttons, counted while they are typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.audiences.builder import Raw, changed, new_rule, shown_group, typed_rules
from customers.audiences.compiling import condition
from customers.audiences.counting import size_of
from customers.audiences.from_filters import rules_from
from customers.audiences.moment import Moment
from customers.audiences.reading import Reading, parsed, read
from customers.audiences.registry import CUSTOMERS
from customers.audiences.tree import BadRules, Problem, rules_of
from customers.audiences.vocabulary import Vocabulary
from customers.audiences.words import in_words
from customers.forms import AudienceForm
from customers.models import Audience, Customer
from customers.views.access import StaffRequest, get_audience_for
from customers.views.audiences import preview_of


@dataclass
class Draft:
    """What stands in the builder: the rules, and the text of JSON where that was typed."""

    rules: Raw
    added: str = ""
    json_text: str | None = None
    json_problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def new_audience(request: StaffRequest) -> HttpResponse:
    """Build an audience, from nothing or from the filters in the address."""
    return _build(request, Audience())


@require_http_methods(["GET", "POST"])
def edit_audience(request: StaffRequest, pk: int) -> HttpResponse:
    """Build on an audience that there is."""
    return _build(request, get_audience_for(request.user, pk))


def _build(request: StaffRequest, audience: Audience) -> HttpResponse:
    is_saving = request.POST.get("do") == "save"
    form = _form(request, audience, is_saving)
    draft = _posted(request) if request.method == "POST" else _opened(request, audience)
    vocabulary = Vocabulary()
    reading = read(draft.rules, vocabulary=vocabulary, of=audience.pk)
    if is_saving:
        _managers_only(request)
        if form.is_valid() and reading.is_complete:
            return _saved(request, audience, draft, form)
    context = _page(request, audience, draft, reading, vocabulary)
    context |= {"form": form, "is_saving": is_saving}
    return render(request, "audiences/build.html", context, status=422 if is_saving else 200)


def _form(request: StaffRequest, audience: Audience, is_saving: bool) -> AudienceForm:
    """The name and description; they are checked when they are to be saved, and only kept
    while the rules are worked on.
    """
    if is_saving:
        return AudienceForm(request.POST, instance=audience)
    typed = {name: request.POST[name] for name in AudienceForm.Meta.fields if name in request.POST}
    return AudienceForm(initial=typed, instance=audience)


def _opened(request: StaffRequest, audience: Audience) -> Draft:
    if audience.pk:
        return Draft(audience.rules if isinstance(audience.rules, dict) else rules_of())
    rules, left_out = rules_from(request.GET)
    return Draft(rules or rules_of(new_rule(CUSTOMERS.first)), left_out=left_out)


def _posted(request: StaffRequest) -> Draft:
    button = request.POST.get("do", "")
    draft = Draft(typed_rules(request.POST))
    if button == "json":
        _take_json(draft, request.POST.get("json", ""))
    else:
        draft.added = changed(draft.rules, button)
    return draft


def _take_json(draft: Draft, text: str) -> None:
    """The rules of the text where they can be taken; else what is wrong with them."""
    try:
        rules = parsed(text)
        problems = read(rules).problems
    except BadRules as error:
        problems = error.problems
    if problems:
        draft.json_text, draft.json_problems = text, problems
    else:
        draft.rules = rules


def _saved(
    request: StaffRequest, audience: Audience, draft: Draft, form: AudienceForm
) -> HttpResponse:
    said = {"rules": draft.rules, **form.cleaned_data}
    if audience.pk:
        Audience.objects.get(pk=audience.pk).change(**said)
    else:
        audience = Audience.objects.create(created_by=request.user, **said)
    messages.success(request, _("The audience is saved."))
    return redirect("audience", pk=audience.pk)


def _page(
    request: StaffRequest,
    audience: Audience,
    draft: Draft,
    reading: Reading,
    vocabulary: Vocabulary,
) -> dict[str, Any]:
    text = json.dumps(draft.rules, ensure_ascii=False, indent=2)
    context = {
        "audience": audience,
        "root": shown_group(draft.rules, reading.problems, vocabulary, draft.added),
        "fields": CUSTOMERS.grouped(),
        "reading": reading,
        "draft": draft,
        "json_text": text if draft.json_text is None else draft.json_text,
        "may_save": request.user.is_manager,
    }
    if reading.is_complete:
        rows = Customer.objects.visible_to(request.user).filter(condition(reading.root, Moment()))
        context |= {"words": in_words(reading.root, vocabulary)}
        context |= {"size": size_of(rows), "preview": preview_of(rows)}
    return context


def _managers_only(request: StaffRequest) -> None:
    if not request.user.is_manager:
        raise PermissionDenied
