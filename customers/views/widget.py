"""The widget: a script for the shop's own site, and the page that it shows in a frame.

No cookie is needed, which browsers keep from frames: a question is opened by its signed key,
and who asks is carried from page to page by a signed token. So no login is at stake here, and
forms need no token against forgery.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Any, Protocol

from csp.constants import SELF
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.asking.ask import ask, wait_for_answer
from customers.asking.citations import shown
from customers.asking.forms import FeedbackForm, HandOverForm, QuestionForm
from customers.asking.handover import hand_over
from customers.asking.keys import key_of, question_of
from customers.models import Question
from customers.portal.identity import asker_of_token, asker_token, signed_user
from customers.portal.limits import too_often, wait_to_ask
from customers.unseen import visible

CHANNEL = Question.Channel.WIDGET


class View(Protocol):
    """A view function."""

    def __call__(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse: ...


def framed(view: View) -> View:
    """A page without login that the sites of `WIDGET_ORIGINS` may show in a frame, and no
    others; everything else of the policy stays as strict.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        response: Any = view(request, *args, **named)
        response._csp_replace = {"frame-ancestors": [SELF, *settings.WIDGET_ORIGINS]}
        response.xframe_options_exempt = True
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@login_not_required
@require_GET
@cache_control(public=True, max_age=3600)
def script(_request: HttpRequest) -> HttpResponse:
    """The script that adds the button and the frame to the shop's own site."""
    text = Path(settings.BASE_DIR, "static", "js", "widget.js").read_text()
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@framed
@require_http_methods(["GET", "POST"])
def widget_page(request: HttpRequest) -> HttpResponse:
    """The form in the frame; the shop's own site may say who asks by `user` and `hash`."""
    if request.method == "GET":
        customer = signed_user(request.GET.get("user", ""), request.GET.get("hash", ""))
        context: dict[str, Any] = {
            "form": QuestionForm(),
            "asker": customer,
            "asker_token": asker_token(customer),
            "page": request.GET.get("page", "")[:300],
        }
        return render(request, "widget/ask.html", context)
    form = QuestionForm(request.POST)
    context = {"form": form, **_carried(request)}
    if not form.is_valid():
        return render(request, "widget/ask.html", context, status=422)
    wait = wait_to_ask(request)
    if wait:
        return too_often(request, "widget/ask.html", wait, **context)
    text, page = form.cleaned_data["text"], context["page"]
    question = ask(text, channel=CHANNEL, customer=context["asker"], page=page)
    return redirect("widget-question", key=key_of(question))


@framed
@require_GET
def question_page(request: HttpRequest, key: str) -> HttpResponse:
    """A question with its answer, and the form for another one."""
    question = wait_for_answer(_opened(key))
    return render(request, "widget/question.html", answer_context(question, key))


@framed
@require_GET
def answer_part(request: HttpRequest, key: str) -> HttpResponse:
    """The answer alone; polls itself until a worker is done."""
    question = wait_for_answer(_opened(key))
    return render(request, "portal/answer.html", answer_context(question, key))


@framed
@require_POST
def rate(request: HttpRequest, key: str) -> HttpResponse:
    """A thumb with its reason."""
    question = _opened(key)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        question.rate(form.cleaned_data["feedback"], form.cleaned_data["reason"])
    return redirect("widget-question", key=key)


@framed
@require_POST
def hand_over_question(request: HttpRequest, key: str) -> HttpResponse:
    """People instead: one click for whoever is known, name and e-mail for others."""
    question = _opened(key)
    form = HandOverForm(request.POST, asker=question.customer)
    if not form.is_valid():
        context = answer_context(question, key) | {"hand_over_form": form}
        return render(request, "widget/question.html", context, status=422)
    hand_over(question, **form.cleaned_data)
    return redirect("widget-question", key=key)


def answer_context(question: Question, key: str) -> dict[str, Any]:
    """A question with what the public may see of its answer."""
    return {
        "question": question,
        "shown": shown(question, by_staff=False),
        "asker": question.customer,
        "asker_token": asker_token(question.customer),
        "page": question.page,
        "form": QuestionForm(),
        "hand_over_form": HandOverForm(asker=question.customer),
        "is_widget": True,
        "answer_address": reverse("widget-answer", args=[key]),
        "page_address": reverse("widget-question", args=[key]),
        "rate_address": reverse("widget-rate", args=[key]),
        "hand_over_address": reverse("widget-hand-over", args=[key]),
    }


def _carried(request: HttpRequest) -> dict[str, Any]:
    token = request.POST.get("asker", "")
    asker = asker_of_token(token) if token else None
    page = visible(request.POST.get("page", ""))[:300]
    return {"asker": asker, "asker_token": asker_token(asker), "page": page}


def _opened(key: str) -> Question:
    question = question_of(key)
    if question.channel != CHANNEL:
        raise Http404
    return question
