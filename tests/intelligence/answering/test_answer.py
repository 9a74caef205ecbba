"""A question becomes an answer with its place, a fact, or an honest "not sure"."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.asking.citations import shown
from customers.models import ErrorBudget, Passage, Question
from intelligence.analysis.sweep import give_up_questions, overdue_jobs
from intelligence.answering.answer import answer_question
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    ErrorBudgetFactory,
    OrderFactory,
    PassageFactory,
    QuestionFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BODY = "You may return goods within 30 days. Delivery takes two to four working days."


def asked(text, **columns):
    question = QuestionFactory(text=text, **{"created_at": timezone.now(), **columns})
    answer_question(question.pk)
    question.refresh_from_db()
    return question


def test_the_answer_is_a_quote_that_stands_in_a_retrieved_passage(engines):
    passage = PassageFactory(body=BODY)
    question = asked("How many days does delivery take to a working address?")
    assert question.status == "answered"
    (item,) = question.evidence
    assert item["passage"] == passage.pk
    assert BODY[item["start"] : item["end"]] == item["quote"] == question.answer
    assert question.answer == "Delivery takes two to four working days."
    assert question.detail["retrieved"] == [passage.pk]
    assert sum(question.detail["distribution"]) == pytest.approx(1, abs=0.01)
    assert question.probability >= question.detail["threshold"] == 0.5
    assert (question.detail["answerer"], question.language) == ("overlap test", "en")
    assert question.latency_ms is not None


def test_below_the_threshold_it_is_not_sure_and_names_the_closest_sources(engines):
    passages = [PassageFactory(body=f"Parcel {n} is packed by hand.") for n in range(5)]
    question = asked("Is a parcel insured against theft and water?")
    assert (question.status, question.answer, question.evidence) == ("unsure", "", [])
    assert [source["passage"] for source in question.closest] == [p.pk for p in passages[:3]]


def test_a_candidate_that_was_not_sure_enough_is_kept_for_review_and_not_shown(engines):
    PassageFactory(body="Delivery takes two to four days. Returns are free.")
    question = asked("Which parcels to Norway have free returns, such as heavy wardrobes?")
    assert question.status == "unsure"
    assert question.detail["candidate"]["quote"] == "Returns are free."
    assert question.probability < 0.5
    assert not shown(question, by_staff=True).has_answer


def test_a_reader_that_finds_nothing_leaves_the_question_unsure(engines, monkeypatch):
    monkeypatch.setattr(engines.SimpleAnswering, "reader", engines.SilentReader())
    PassageFactory(body=BODY)
    question = asked("How long does delivery take?")
    assert (question.status, question.probability) == ("unsure", None)
    assert question.detail["distribution"][-1] == 1.0


def test_words_that_do_not_stand_in_the_passage_are_no_answer(engines, monkeypatch):
    class Liar(engines.OverlapReader):
        def read(self, question, passages):
            return [engines.Reading("Delivery is free.", 0, 17, 0.99, 0.0) for _ in passages]

    monkeypatch.setattr(engines.SimpleAnswering, "reader", Liar())
    PassageFactory(body=BODY)
    question = asked("How long does delivery take?")
    assert (question.status, question.answer) == ("unsure", "")


def test_without_any_passage_it_is_not_sure(engines):
    question = asked("How long does delivery take?")
    assert (question.status, question.closest) == ("unsure", [])


def test_customers_get_no_answer_from_what_is_for_staff_or_expired(engines):
    text = "Delivery takes two to four days."
    PassageFactory(body=text, visibility="staff")
    PassageFactory(body=text, expires_on=timezone.localdate())
    question = asked("How many days does delivery take?")
    assert (question.status, question.closest) == ("unsure", [])
    by_staff = asked("How many days does delivery take?", by_staff=True, channel="staff")
    assert by_staff.status == "answered"


def test_a_failing_model_leaves_its_reason_and_the_question_can_be_asked_again(engines):
    PassageFactory(body=BODY)
    question = asked("BREAK: how long does delivery take?")
    assert (question.status, question.error) == ("failed", "RuntimeError: the reader is broken")
    assert question.ask_again()
    assert (Question.objects.get().status, Question.objects.get().attempts) == ("pending", 0)


def test_an_answer_never_lands_on_a_question_that_people_took_up_meanwhile(engines):
    PassageFactory(body=BODY)
    engines.meanwhile.append(lambda: Question.objects.update(status="handed"))
    question = asked("How many days does delivery take?")
    assert (question.status, question.answer) == ("handed", "")


def test_a_second_worker_changes_nothing(engines):
    PassageFactory(body=BODY)
    question = asked("How many days does delivery take?")
    assert not answer_question(question.pk)
    assert Question.objects.get().answered_at == question.answered_at


def test_a_question_that_is_gone_is_no_error(engines):
    assert not answer_question(0)


def test_an_article_deleted_while_asked_leaves_an_answer_that_is_not_shown(engines):
    passage = PassageFactory(body=BODY)
    engines.meanwhile.append(lambda: passage.article.delete())
    question = asked("How many days does delivery take?")
    assert not Passage.objects.exists()
    told = shown(question, by_staff=False)
    assert (told.is_withdrawn, told.plain, told.citations) == (True, "", ())


def test_another_language_is_answered_by_whole_sentences(engines):
    PassageFactory(body="运费是三英镑。我们一般两到四个工作日送达英国的地址。", language="zh")
    question = asked("送达英国的地址一般要几个工作日？")
    assert question.language == "zh"
    assert question.detail["answerer"] == "sentence-overlap 1"
    assert question.status in ("answered", "unsure")
    told = question.evidence or [question.detail["candidate"]]
    assert told[0]["quote"] == "运费是三英镑。我们一般两到四个工作日送达英国的地址。"


def test_the_shops_own_budget_decides_for_the_answerer_that_it_was_derived_for(engines):
    PassageFactory(body=BODY)
    ErrorBudgetFactory(task=ErrorBudget.Task.ANSWER, threshold=0.9999, model_version="overlap test")
    question = asked("How many days does delivery take?")
    assert (question.status, question.detail["threshold_of"]) == ("unsure", "budget")
    ErrorBudget.objects.update(model_version="another")
    question = asked("How many days does delivery take?")
    assert (question.status, question.detail["threshold_of"]) == ("answered", "calibration")


def test_a_question_about_orders_is_answered_from_records_before_any_passage_is_read(engines):
    PassageFactory(body="Where is my order? Look into your account.")
    customer = CustomerFactory()
    OrderFactory(customer=customer, number="FK-10001", fulfilment="shipped")
    question = asked("Where is my order FK-10001?", customer=customer)
    assert (question.status, question.kind) == ("answered", "fact")
    assert question.answer == "Order FK-10001 of March 2, 2026 has been sent and is on its way."
    (item,) = question.evidence
    assert item["record"] == "order"
    assert item["fields"] == ["number", "placed_at", "status", "fulfilment"]
    assert question.probability is None


def test_a_stranger_is_asked_who_they_are(engines):
    OrderFactory(number="FK-10001")
    question = asked("Where is my order FK-10001?")
    assert (question.status, question.kind, question.evidence) == ("identify", "fact", [])
    assert "FK-10001" not in question.answer


def test_staff_ask_in_a_ticket_about_its_customer(engines):
    order = OrderFactory(number="7", fulfilment="delivered")
    ticket = TicketFactory(customer=order.customer, order=order)
    question = asked(
        "Has the customer's order been delivered?", ticket=ticket, customer=order.customer,
        user=UserFactory(), by_staff=True, channel="staff",
    )  # fmt: skip
    assert question.status in ("answered", "unsure")
    question = asked(
        "where is my order", ticket=ticket, customer=order.customer, user=UserFactory(),
        by_staff=True, channel="staff",
    )  # fmt: skip
    assert question.answer == "Order 7 of March 2, 2026 has been delivered."


def test_overdue_questions_are_rung_for_again(engines):
    fresh = QuestionFactory(created_at=timezone.now())
    old = QuestionFactory(created_at=timezone.now() - timedelta(minutes=5))
    assert overdue_jobs() == [("intelligence.tasks.answer_question", old.pk)]
    assert fresh.status == "pending"


def test_a_question_that_killed_its_workers_is_given_up_with_its_reason(engines):
    long_ago = timezone.now() - timedelta(minutes=5)
    dead = QuestionFactory(created_at=long_ago, attempts=3)
    alive = QuestionFactory(created_at=long_ago, attempts=2)
    assert not answer_question(dead.pk)
    assert give_up_questions() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.status, alive.status) == ("failed", "pending")
    assert dead.error == "The worker that read this question died, 3 times."


def test_a_draft_is_not_shown_to_customers_any_more(engines):
    article = ArticleFactory()
    PassageFactory(article=article, body=BODY)
    question = asked("How many days does delivery take?")
    assert shown(question, by_staff=False).has_answer
    article.status = "draft"
    article.save()
    assert shown(question, by_staff=False).is_withdrawn
