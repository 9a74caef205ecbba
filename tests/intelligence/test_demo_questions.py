"""The thirty questions are asked by the road, and judged by words and source."""

import json

import pytest
from django.core.management import CommandError, call_command

from customers.demo.content import content
from customers.demo.loader import load_demo
from customers.demo.questions import DemoQuestion, demo_questions
from customers.models import Article, Order, Product, Question
from intelligence import demo_questions as road
from tests.customers.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db


def ask(text, *, channel, user=None, customer=None, ticket=None):
    return Question.objects.create(text=text, channel=channel, user=user, customer=customer)


def answering(**columns):
    """An answerer that gives every question these columns."""

    def answer(pk):
        Question.objects.filter(pk=pk).update(**{"status": "answered", **columns})

    return answer


def cited(source):
    return [{"source": "article", "source_id": source.pk}]


def question(**changed):
    return DemoQuestion(
        **{
            "key": "postage",
            "text": "What is the postage?",
            "language": "en",
            "asker": "anonymous",
            "expects": "text",
            "sources": ("delivery",),
            "accept": (r"£9\.50",),
            **changed,
        }
    )


@pytest.fixture
def article():
    return Article.objects.create(external_id="delivery", title="Delivery", body="£9.50")


def verdict(asked, answer):
    [one] = road.ask_all([asked], ask, answer)
    return one.verdict


def test_the_right_words_from_the_right_source_are_right(article):
    answer = answering(answer="It is £9.50.", evidence=cited(article), probability=0.9)
    [one] = road.ask_all([question()], ask, answer)
    assert (one.verdict, one.citations, one.probability) == ("right", ("delivery",), 0.9)


def test_the_right_words_from_elsewhere_or_from_nowhere_are_wrong(article):
    other = Article.objects.create(external_id="other", title="Other", body="£9.50")
    assert verdict(question(), answering(answer="£9.50", evidence=cited(other))) == "wrong"
    assert verdict(question(), answering(answer="£9.50", evidence=[])) == "wrong"


def test_other_words_are_wrong(article):
    assert verdict(question(), answering(answer="£3.95", evidence=cited(article))) == "wrong"


def test_who_says_nothing_is_right_where_there_is_nothing_to_say():
    unsure = answering(status="unsure")
    assert verdict(question(), unsure) == "abstained_wrongly"
    assert verdict(question(expects="nothing", accept=()), unsure) == "abstained_rightly"
    assert verdict(question(expects="nothing", accept=()), answering(answer="yes")) == "wrong"


def test_a_question_that_failed_or_waits_is_neither_answered_nor_abstained():
    assert verdict(question(), answering(status="failed")) == "failed"
    assert verdict(question(), lambda pk: None) == "failed"


def test_every_question_has_a_key_of_its_own_and_twenty_can_be_answered():
    rows = content("questions")["questions"]
    assert len({row["key"] for row in rows}) == len(rows) == 30
    assert sum(row["expects"] == "text" for row in rows) == 15
    assert sum(row["expects"] == "fact" for row in rows) == 5
    assert sum(row["expects"] == "nothing" for row in rows) == 10


def test_in_the_loaded_shop_the_expected_sources_say_it_and_nothing_of_it_is_kept(
    monkeypatch, capsys
):
    load_demo(ANCHOR)
    questions = {one.key: one for one in demo_questions()}
    for one in questions.values():
        assert "{" not in one.text
        texts = [
            *Article.objects.filter(external_id__in=one.sources).values_list("body", flat=True),
            *Product.objects.filter(sku__in=one.sources).values_list("description", flat=True),
        ]
        assert len(texts) == len(one.sources), one.key
        assert all(one.accepts(text.replace("**", "")) for text in texts), one.key

    latest = Order.objects.filter(customer__external_id="C0001").latest("placed_at")
    paid = questions["what-did-i-pay"]
    assert paid.customer == latest.customer
    assert paid.text == f"What did I pay for {latest.number} altogether?"
    assert paid.accepts(f"You paid £{latest.total:.2f}.")
    assert not paid.accepts(f"You paid £1{latest.total:.2f}.")
    day = questions["when-did-i-order"]
    assert day.accepts(f"on {latest.placed_at:%-d %B %Y}")
    assert day.accepts(f"on {latest.placed_at:%b. %-d, %Y}")
    assert not day.accepts(f"on {latest.placed_at:%Y}")
    stranger = questions["order-of-another-customer"]
    assert latest.number in stranger.text
    assert stranger.customer != latest.customer

    monkeypatch.setattr(road, "ask", ask)
    monkeypatch.setattr(road, "answer_question", answering(status="unsure"))
    call_command("ask_demo", json=True)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["n"] == 30
    assert (said["answered"], said["abstained_rightly"], said["abstained_wrongly"]) == (0, 10, 20)
    assert Question.objects.count() == 0


def test_without_the_demo_shop_the_command_says_so():
    with pytest.raises(CommandError, match="not loaded"):
        call_command("ask_demo")
