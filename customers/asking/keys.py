"""The keys by which public askers open their own questions: signed, so nobody guesses one."""

from __future__ import annotations

from django.core import signing
from django.http import Http404

from customers.models import Question

SALT = "rapport.question"
LASTS_SECONDS = 30 * 24 * 3600
PUBLIC_CHANNELS = (Question.Channel.PORTAL, Question.Channel.WIDGET)


def key_of(question: Question) -> str:
    """The key of a question, for its address."""
    return signing.dumps(question.pk, salt=SALT)


def question_of(key: str) -> Question:
    """The public question that the key opens; raises Http404 for another or an old key."""
    try:
        pk = signing.loads(key, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    rows = Question.objects.filter(pk=pk, channel__in=PUBLIC_CHANNELS)
    question = rows.select_related("customer", "handed_over_to").first()
    if question is None:
        raise Http404
    return question
