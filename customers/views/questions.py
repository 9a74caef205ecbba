"""Questions that staff look over: the queue, one question, the verdict, and the quality page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers.asking.citations import shown_all
from customers.asking.forms import AnswerBudgetForm, ReviewForm
from customers.asking.latency import latency_percentiles
from customers.asking.risk import answer_risk
from customers.filters import ReviewQueueFilter
from customers.models import Question
from customers.paging import page_of
from customers.views.access import StaffRequest, get_question_for, managers_only
from customers.views.asking import answer_context

DAYS = 30


@require_GET
def review_queue(request: StaffRequest) -> HttpResponse:
    """What staff should look at: failed first, then unhelpful, then unsure."""
    rows = Question.objects.visible_to(request.user).for_rows()
    narrowed = ReviewQueueFilter(request.GET, rows)
    page = page_of(narrowed.qs, request)
    told = shown_all(page.object_list, by_staff=request.user.is_staff_member)
    context = {"filter": narrowed, "page": page, "rows": list(told.values())}
    return render(request, "questions/list.html", context)


@require_http_methods(["GET", "POST"])
def question_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One question with its answer and where it comes from; a POST keeps a verdict."""
    question = get_question_for(request.user, pk)
    form = ReviewForm(request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        question.review(
            said["verdict"],
            by=request.user,
            answer=said["correct_answer"],
            article=said["correct_article"],
        )
        messages.success(request, _("Your verdict is saved."))
        return redirect("questions")
    context = {"form": form, **answer_context(request, question)}
    return render(request, "questions/page.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@managers_only
def answer_quality(request: StaffRequest) -> HttpResponse:
    """How good answers are: what became of questions, how fast, and the error budget."""
    risk = answer_risk()
    budget = risk.budget
    form = AnswerBudgetForm(request.POST or None, instance=budget)
    if request.method == "POST" and form.is_valid():
        budget.set(form.cleaned_data["max_error"], is_on=True, by=request.user)
        messages.success(request, _("The budget is saved; a worker derives its threshold."))
        return redirect("model-answers")
    context = {"budget": budget, "risk": risk, "form": form, **quality_figures()}
    return render(request, "models/answers.html", context, status=422 if form.errors else 200)


def quality_figures() -> dict[str, Any]:
    """What became of the questions of the last `DAYS` days, and the verdicts on all."""
    since = timezone.now() - timedelta(days=DAYS)
    rows = Question.objects.filter(created_at__gte=since)
    status = Question.Status
    figures = rows.aggregate(
        asked=Count("pk"),
        answered=Count("pk", filter=Q(status=status.ANSWERED)),
        facts=Count("pk", filter=Q(status=status.ANSWERED, kind=Question.Kind.FACT)),
        unsure=Count("pk", filter=Q(status=status.UNSURE)),
        handed=Count("pk", filter=Q(status=status.HANDED_OVER)),
        failed=Count("pk", filter=Q(status=status.FAILED)),
        up=Count("pk", filter=Q(feedback=Question.Feedback.UP)),
        down=Count("pk", filter=Q(feedback=Question.Feedback.DOWN)),
        sure=Avg("probability", filter=Q(status=status.ANSWERED)),
    )
    said = (
        Question.objects.sampled()
        .exclude(verdict="")
        .aggregate(
            reviewed=Count("pk"),
            reviewed_answers=Count("pk", filter=~Q(evidence=[])),
            wrong_answers=Count("pk", filter=~Q(evidence=[]) & Q(verdict="wrong")),
        )
    )
    return {"figures": figures, "said": said, "days": DAYS, **latency_percentiles(rows)}
