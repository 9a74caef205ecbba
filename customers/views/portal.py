"""The public page for questions: asking, the answer, thumbs, people instead, and who asks."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from customers.asking.ask import ask, wait_for_answer
from customers.asking.citations import shown
from customers.asking.forms import FeedbackForm, HandOverForm, QuestionForm, SignInForm
from customers.asking.handover import hand_over
from customers.asking.keys import key_of, question_of
from customers.models import Customer, Question
from customers.portal.identity import asker_of, read_link, sign_in, sign_out, use_link
from customers.portal.limits import too_often, wait_to_ask, wait_to_sign_in
from customers.sealed import for_queue
from customers.tasks import mail_link

logger = logging.getLogger(__name__)

CHANNEL = Question.Channel.PORTAL


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """The form; a question leads to its own page."""
    if request.method == "POST":
        form = QuestionForm(request.POST)
    else:
        form = QuestionForm(initial={"text": request.GET.get("q", "")[:2000]})
    context = {"form": form, "asker": asker_of(request)}
    if request.method == "POST" and form.is_valid():
        wait = wait_to_ask(request)
        if wait:
            return too_often(request, "portal/ask.html", wait, **context)
        page = request.META.get("HTTP_REFERER", "")
        return _asked(form.cleaned_data["text"], asker_of(request), page)
    return render(request, "portal/ask.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_GET
def question_page(request: HttpRequest, key: str) -> HttpResponse:
    """A question with its answer, and the form for another one."""
    question = wait_for_answer(_opened(request, key))
    return render(request, "portal/question.html", answer_context(request, question, key))


@login_not_required
@never_cache
@require_GET
def answer_part(request: HttpRequest, key: str) -> HttpResponse:
    """The answer alone; polls itself until a worker is done."""
    question = wait_for_answer(_opened(request, key))
    return render(request, "portal/answer.html", answer_context(request, question, key))


@login_not_required
@require_POST
def rate(request: HttpRequest, key: str) -> HttpResponse:
    """A thumb with its reason."""
    question = _opened(request, key)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        question.rate(form.cleaned_data["feedback"], form.cleaned_data["reason"])
        messages.success(request, _("Thank you."))
    return redirect("portal-question", key=key)


@login_not_required
@require_POST
def ask_again(request: HttpRequest, key: str) -> HttpResponse:
    """The same question once more, by somebody who is known by now."""
    question = _opened(request, key)
    wait = wait_to_ask(request)
    if wait:
        context = answer_context(request, question, key)
        return too_often(request, "portal/question.html", wait, **context)
    return _asked(question.text, asker_of(request), question.page)


@login_not_required
@require_http_methods(["GET", "POST"])
def hand_over_question(request: HttpRequest, key: str) -> HttpResponse:
    """People instead: one click for whoever is known, name and e-mail for others."""
    question = _opened(request, key)
    if request.method == "GET":
        return redirect("portal-question", key=key)
    form = HandOverForm(request.POST, asker=question.customer)
    if not form.is_valid():
        context = answer_context(request, question, key) | {"hand_over_form": form}
        return render(request, "portal/question.html", context, status=422)
    hand_over(question, **form.cleaned_data)
    return redirect("portal-question", key=key)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same whether the mailbox is known or not."""
    form = SignInForm(request.POST or None)
    after = own_portal_page(request, request.POST.get("next", request.GET.get("next", "")))
    context = {"form": form, "next": after, "asker": asker_of(request)}
    if request.method == "GET" or not form.is_valid():
        return render(request, "portal/identify.html", context, status=422 if form.errors else 200)
    email = form.cleaned_data["email"]
    wait = wait_to_sign_in(request, email)
    if wait:
        return too_often(request, "portal/identify.html", wait, **context)
    mail_link_later(email, request.build_absolute_uri(reverse("portal-identify")), after)
    return render(request, "portal/identify.html", {**context, "is_sent": True})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link from a mail: opened by a click on the page, since mail programs look at links."""
    found = read_link(token) if request.method == "GET" else use_link(token)
    if found is None:
        return render(request, "portal/link.html", {"is_dead": True}, status=410)
    customer, after = found
    if request.method == "GET":
        return render(request, "portal/link.html", {"token": token})
    sign_in(request, customer)
    return redirect(own_portal_page(request, after) or reverse("portal-ask"))


@login_not_required
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Sign out of the portal."""
    sign_out(request)
    return redirect("portal-ask")


def own_portal_page(request: HttpRequest, page: str) -> str:
    """The page where it is one of the help centre here; else ""."""
    own = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if own and page.startswith("/help/") else ""


def mail_link_later(email: str, address: str, after: str) -> None:
    """Have a worker look the mailbox up and write, so that the answer takes as long either
    way. Without a broker no link is sent, and that is in the log: the asker can ask again.
    """
    try:
        mail_link.delay(for_queue(email, address, after))
    except (OperationalError, OSError) as error:
        logger.warning("a link was not sent, the broker is away: %s", error)


def answer_context(request: HttpRequest, question: Question, key: str) -> dict[str, Any]:
    """A question with what the public may see of its answer."""
    asker = asker_of(request)
    return {
        "question": question,
        "shown": shown(question, by_staff=False),
        "asker": asker,
        "key": key,
        "form": QuestionForm(),
        "hand_over_form": HandOverForm(asker=question.customer),
        "sign_in_form": SignInForm(),
        "may_ask_again": asker is not None and question.customer is None,
        "answer_address": reverse("portal-answer", args=[key]),
        "page_address": reverse("portal-question", args=[key]),
        "rate_address": reverse("portal-rate", args=[key]),
        "hand_over_address": reverse("portal-hand-over", args=[key]),
    }


def _asked(text: str, asker: Customer | None, page: str) -> HttpResponse:
    question = ask(text, channel=CHANNEL, customer=asker, page=page)
    return redirect("portal-question", key=key_of(question))


def _opened(request: HttpRequest, key: str) -> Question:
    """The question that the key opens; one of a customer opens for them alone."""
    question = question_of(key)
    if question.channel != CHANNEL:
        raise Http404
    asker = asker_of(request)
    if question.customer_id and (asker is None or asker.pk != question.customer_id):
        raise Http404
    return question
