"""Rules of the desk: the list, the builder with its dry run, and the log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.audiences.words import in_words as conditions_in_words
from customers.models import Rule, RuleRun
from customers.paging import page_of
from customers.rule_forms import RuleForm
from customers.rules.actions import in_words
from customers.rules.building import Building, failed_in_words
from customers.rules.dry_run import dry_run
from customers.rules.matching import reading_of, says_nothing, ticket_vocabulary
from customers.views.access import StaffRequest, managers_only


@require_GET
def rule_list(request: StaffRequest) -> HttpResponse:
    """All rules in the order in which they are asked."""
    vocabulary, known = ticket_vocabulary(), dict[str, dict[str, str]]()
    page = page_of(Rule.objects.visible_to(request.user), request)
    told = [
        {
            "rule": rule,
            "asks": None
            if says_nothing(rule.conditions)
            else conditions_in_words(reading_of(rule.conditions, vocabulary).root, vocabulary),
            "does": in_words(rule.actions, known),
        }
        for rule in page
    ]
    return render(request, "rules/list.html", {"told": told, "page": page})


@require_http_methods(["GET", "POST"])
@managers_only
def new_rule(request: StaffRequest) -> HttpResponse:
    """Build a rule."""
    position = Rule.objects.count() + 1
    actions = [{"do": "add_tags", "value": ""}]
    return _build(request, Rule(position=position, created_by=request.user, actions=actions))


@require_http_methods(["GET", "POST"])
@managers_only
def edit_rule(request: StaffRequest, pk: int) -> HttpResponse:
    """Build on a rule that there is."""
    return _build(request, get_object_or_404(Rule.objects.visible_to(request.user), pk=pk))


@require_POST
@managers_only
def switch_rule(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch a rule on or off."""
    rule = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    rule.is_on = request.POST.get("on") == "1"
    rule.save(update_fields=["is_on"])
    said = _("%(name)s is on.") if rule.is_on else _("%(name)s is off.")
    messages.success(request, said % {"name": rule.name})
    return redirect("rules")


@require_POST
@managers_only
def delete_rule(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a rule with its log."""
    rule = get_object_or_404(Rule.objects.visible_to(request.user), pk=pk)
    rule.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": rule.name})
    return redirect("rules")


@require_GET
def rule_log(request: StaffRequest) -> HttpResponse:
    """Each time that a rule was asked: what came of it, or which condition was not met."""
    rows = RuleRun.objects.select_related("rule", "ticket", "entry").defer("ticket__search")
    rows = rows.order_by("-happened_at", "-id")
    rule = _chosen(request)
    if rule:
        rows = rows.filter(rule=rule)
    if request.GET.get("done") == "1":
        rows = rows.filter(outcome=RuleRun.Outcome.APPLIED)
    page, vocabulary = page_of(rows, request), ticket_vocabulary()
    context = {
        "page": page,
        "runs": [(run, failed_in_words(run.failed, vocabulary)) for run in page],
        "rules": Rule.objects.visible_to(request.user),
        "chosen": rule,
        "only_done": request.GET.get("done") == "1",
    }
    return render(request, "rules/log.html", context)


def _chosen(request: StaffRequest) -> Rule | None:
    asked = request.GET.get("rule", "")
    is_key = asked.isascii() and asked.isdigit() and len(asked) < 10
    return Rule.objects.filter(pk=int(asked)).first() if is_key else None


def _build(request: StaffRequest, rule: Rule) -> HttpResponse:
    is_saving = request.POST.get("do") == "save"
    form = _form(request, rule, is_saving)
    if request.method == "POST":
        building = Building.typed(request.POST, has_actions=True)
    else:
        building = Building(rule.conditions, list(rule.actions), has_actions=True)
    if is_saving and form.is_valid() and building.is_complete:
        form.instance.conditions, form.instance.actions = building.conditions, building.actions
        form.save()
        messages.success(request, _("The rule is saved."))
        return redirect("rules")
    context: dict[str, Any] = {"rule": rule, "form": form, "is_saving": is_saving}
    context |= building.context()
    if context["is_complete"]:
        context["dry_run"] = dry_run(building.conditions, request.user)
    return render(request, "rules/build.html", context, status=422 if is_saving else 200)


def _form(request: StaffRequest, rule: Rule, is_saving: bool) -> RuleForm:
    """It is checked when it is to be saved, and only kept while the rule is worked on."""
    allowed = request.user.has_role("admin")
    if is_saving or request.method == "GET":
        return RuleForm(request.POST or None, instance=rule, may_allow_sending=allowed)
    typed = {name: request.POST.get(name, "") for name in RuleForm.Meta.fields}
    return RuleForm(initial=typed, instance=rule, may_allow_sending=allowed)
