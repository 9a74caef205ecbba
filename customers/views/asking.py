"""Asking by staff: the page with its history, one question, its fragment, what follows it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.asking.ask import ask, wait_for_answer
from customers.asking.citations import shown, shown_all
from customers.asking.forms import FeedbackForm, HandOverForm, StaffQuestionForm
from customers.asking.handover import hand_over
from customers.filters import QuestionFilter
from customers.models import Question, Ticket
from customers.paging import page_of
from customers.views.access import StaffRequest, get_question_for, own_page

RECENT = 5


@require_http_methods(["GET", "POST"])
def ask_page(request: StaffRequest) -> HttpResponse:
    """The form and everything asked so far; a new question leads to its own page, and in a
    dialog or a ticket to its fragment.
    """
    data = request.POST if request.method == "POST" else None
    form = StaffQuestionForm(data, user=request.user)
    if form.is_valid():
        question = _asked(request, form)
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "asking/answer.html", answer_context(request, question))
        return redirect("question", pk=question.pk)
    if form.errors and request.htmx:  # type: ignore[attr-defined]
        return render(request, "asking/refused.html", {"form": form}, status=422)
    if request.method == "GET":
        form = StaffQuestionForm(initial={"text": request.GET.get("text", "")}, user=request.user)
    context = {"form": form, **list_context(request)}
    return render(request, "asking/list.html", context, status=422 if form.errors else 200)


@require_GET
def answer_part(request: StaffRequest, pk: int) -> HttpResponse:
    """A question's answer alone; polls itself until a worker is done."""
    question = wait_for_answer(get_question_for(request.user, pk))
    return render(request, "asking/answer.html", answer_context(request, question))


@require_POST
def rate(request: StaffRequest, pk: int) -> HttpResponse:
    """A thumb with its reason."""
    question = get_question_for(request.user, pk)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        question.rate(form.cleaned_data["feedback"], form.cleaned_data["reason"])
    return _answered(request, question)


@require_POST
def hand_over_question(request: StaffRequest, pk: int) -> HttpResponse:
    """One click: a ticket with all that is known; a second click leads to the same one."""
    question = get_question_for(request.user, pk)
    asker: Any = question.customer or request.user
    form = HandOverForm(request.POST, asker=asker)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    ticket = hand_over(question, note=note)
    messages.success(request, _("The question is handed over."))
    return redirect("ticket", pk=ticket.pk)


@require_POST
def ask_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a failed question answered anew."""
    question = get_question_for(request.user, pk)
    question.ask_again()
    return redirect("question", pk=pk)


def list_context(request: StaffRequest) -> dict[str, Any]:
    """A page of the history with what may be shown of the answers."""
    rows = Question.objects.visible_to(request.user).for_rows().order_by("-created_at", "-id")
    narrowed = QuestionFilter(request.GET, rows)
    page = page_of(narrowed.qs, request)
    told = shown_all(page.object_list, by_staff=request.user.is_staff_member)
    return {"filter": narrowed, "page": page, "rows": list(told.values())}


def answer_context(request: StaffRequest, question: Question) -> dict[str, Any]:
    """A question with what this reader may see of its answer."""
    told = shown(question, by_staff=request.user.is_staff_member)
    return {
        "question": question,
        "shown": told,
        "ticket": question.ticket,
        "insert_address": insert_address(question.ticket, question),
        "hand_over_address": reverse("question-hand-over", args=[question.pk]),
        "rate_address": reverse("question-rate", args=[question.pk]),
        "next": own_page(request) or request.path,
    }


def insert_address(ticket: Ticket | None, question: Question) -> str:
    """The ticket's page with this answer in its reply; "" outside a ticket."""
    if ticket is None:
        return ""
    return f"{reverse('ticket', args=[ticket.pk])}?insert={question.pk}#id_body"


def questions_of(rows: Any, request: StaffRequest) -> list[Any]:
    """The latest questions among `rows` with what may be shown, for a record's page."""
    latest = rows.visible_to(request.user).for_rows().order_by("-created_at", "-id")[:RECENT]
    return list(shown_all(latest, by_staff=request.user.is_staff_member).values())


def inserted_answer(request: StaffRequest, ticket: Ticket) -> str:
    """The answer that `?insert=` asks for, of a question of this ticket; else ""."""
    pk = request.GET.get("insert", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return ""
    rows = Question.objects.visible_to(request.user).filter(ticket=ticket, pk=int(pk))
    question = rows.first()
    return shown(question, by_staff=False).plain if question else ""


def _asked(request: StaffRequest, form: StaffQuestionForm) -> Question:
    said = form.cleaned_data
    question = ask(
        said["text"],
        channel=Question.Channel.STAFF,
        user=request.user,
        ticket=said["ticket"],
        page=said["page"],
    )
    return wait_for_answer(question)


def _answered(request: StaffRequest, question: Question) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "asking/answer.html", answer_context(request, question))
    return redirect(own_page(request) or reverse("question", args=[question.pk]))
