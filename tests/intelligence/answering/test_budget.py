"""The threshold of answers follows from verdicts on a fair sample, and from those alone."""

import pytest

from customers.models import ErrorBudget, Question
from customers.models.question import SAMPLE_OF
from intelligence.answering.budget import derive_answers_when_due, verdicts
from tests.factories import NOON, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db
VERSION = "overlap test"


def make_questions(count, *, verdict="right", sampled=True, probability=0.9, answerer=VERSION):
    first = (Question.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    numbers = (n for n in range(first, first + SAMPLE_OF * (count + 1)))
    wanted = [n for n in numbers if (n % SAMPLE_OF == 0) == sampled][:count]
    Question.objects.bulk_create(
        Question(
            pk=n, text=f"How {n}?", channel="portal", kind="passage", status="answered",
            probability=probability, verdict=verdict, reviewed_at=NOON, created_at=NOON,
            detail={"answerer": answerer},
        )
        for n in wanted
    )  # fmt: skip


def test_verdicts_outside_the_sample_do_not_count():
    make_questions(4, sampled=False)
    make_questions(3)
    make_questions(2, answerer="another")
    make_questions(1, verdict="")
    rows = verdicts(VERSION)
    assert (len(rows.confidence), rows.own) == (3, 3)


def test_a_threshold_is_derived_once_there_are_enough_verdicts():
    make_questions(20)
    assert derive_answers_when_due()
    budget = ErrorBudget.objects.get(task="answer")
    assert (budget.threshold, float(budget.max_error), budget.is_on) == (None, 5.0, True)
    assert budget.more_rows > 60
    make_questions(400)
    make_questions(60, verdict="wrong", probability=0.3)
    Question.objects.filter(pk__gt=200).update(reviewed_at=budget.derived_at.replace(year=2100))
    assert derive_answers_when_due()
    budget.refresh_from_db()
    assert (budget.threshold, budget.expected_error) == (0.9, 0.0)
    assert (budget.rows, budget.model_version) == (480, VERSION)
    assert len(budget.curve) == 2


def test_nothing_is_derived_anew_without_news():
    make_questions(20)
    assert derive_answers_when_due()
    assert not derive_answers_when_due()
    ErrorBudget.objects.get().set(2, is_on=True, by=UserFactory())
    assert derive_answers_when_due()


def test_nothing_is_derived_before_a_question_was_read():
    QuestionFactory(kind="fact", status="answered")
    assert not derive_answers_when_due()
    assert not ErrorBudget.objects.exists()
