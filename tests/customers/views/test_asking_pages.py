"""Asking by staff: the page, the dialog, the ticket, and looking answers over."""

import pytest

from customers.models import ErrorBudget, Question, Ticket
from tests.factories import (
    CustomerFactory,
    ErrorBudgetFactory,
    ModelVersionFactory,
    PassageFactory,
    QuestionFactory,
    TicketFactory,
    UserFactory,
)
from tests.partners import calling

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def answered(**columns):
    passage = PassageFactory(body="Delivery takes two days.")
    item = {
        "passage": passage.pk, "source": "article", "source_id": passage.article_id,
        "title": passage.heading, "quote": "two days", "start": 15, "end": 23,
        "sentence_start": 0, "sentence_end": 24,
    }  # fmt: skip
    return QuestionFactory(
        kind="passage", status="answered", answer="two days", evidence=[item], probability=0.9,
        detail={"retrieved": [passage.pk], "threshold": 0.5}, **columns,
    )  # fmt: skip


def test_staff_ask_and_are_led_to_the_question(agent):
    answer = agent.post("/ask/", {"text": "How long does delivery take?", "page": "/orders/"})
    question = Question.objects.get()
    assert answer["Location"] == f"/questions/{question.pk}/"
    assert (question.channel, question.by_staff, question.user) == ("staff", True, agent.user)
    assert question.page == "/orders/"


def test_in_the_dialog_the_answer_comes_as_a_part_that_polls_itself(agent):
    part = agent.post("/ask/", {"text": "How long?"}, **HTMX).content.decode()
    assert "<html" not in part
    assert f'hx-get="/questions/{Question.objects.get().pk}/answer/"' in part


def test_a_part_without_a_question_says_so(agent):
    answer = agent.post("/ask/", {"text": " "}, **HTMX)
    assert answer.status_code == 422
    assert b"Type a question first." in answer.content


def test_too_long_a_question_stays_in_its_field(agent):
    answer = agent.post("/ask/", {"text": "word " * 10_000})
    assert answer.status_code == 422
    assert answer.content.count(b"word word") > 1000


def test_in_a_ticket_the_question_is_about_its_customer(agent):
    ticket = TicketFactory()
    agent.post("/ask/", {"text": "What did they order?", "ticket": ticket.pk}, **HTMX)
    question = Question.objects.get()
    assert (question.ticket, question.customer) == (ticket, ticket.customer)
    assert "What did they order?" in agent.get(f"/tickets/{ticket.pk}/").content.decode()
    assert agent.post("/ask/", {"text": "What?", "ticket": 0}).status_code == 422


def test_an_answer_goes_into_the_reply_without_a_script(agent):
    ticket = TicketFactory()
    question = answered(ticket=ticket, channel="staff")
    page = agent.get(f"/questions/{question.pk}/").content.decode()
    assert f'href="/tickets/{ticket.pk}/?insert={question.pk}#id_body"' in page
    assert 'data-insert="Delivery takes two days."' in page
    reply = agent.get(f"/tickets/{ticket.pk}/?insert={question.pk}").context["reply_form"]
    assert reply.initial["body"] == "Delivery takes two days."


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, ""])
def test_nothing_else_goes_into_the_reply(agent, asked):
    other = answered()
    ticket = TicketFactory()
    for pk in (asked, other.pk):
        page = agent.get(f"/tickets/{ticket.pk}/?insert={pk}")
        assert page.context["reply_form"].initial["body"] == ""


def test_what_is_for_staff_alone_does_not_go_into_a_reply_to_a_customer(agent):
    ticket = TicketFactory()
    question = answered(ticket=ticket, channel="staff")
    question.evidence[0]["passage"]
    PassageFactory._meta.model.objects.update(visibility="staff")
    assert agent.get(f"/questions/{question.pk}/").context["shown"].has_answer
    page = agent.get(f"/tickets/{ticket.pk}/?insert={question.pk}")
    assert page.context["reply_form"].initial["body"] == ""


def test_a_thumb_of_staff_comes_back_as_the_part(agent):
    question = answered()
    part = agent.post(f"/questions/{question.pk}/rate/", {"feedback": "up", "reason": "x"}, **HTMX)
    question.refresh_from_db()
    assert (question.feedback, question.feedback_reason) == ("up", "x")
    assert b"You found this helpful" in part.content


def test_one_click_makes_a_ticket_and_a_second_leads_to_it(agent):
    question = QuestionFactory(status="unsure", channel="staff", user=agent.user)
    addresses = {agent.post(f"/questions/{question.pk}/hand-over/")["Location"] for _ in range(2)}
    assert addresses == {f"/tickets/{Ticket.objects.get().pk}/"}


def test_a_failed_question_tells_why_and_is_asked_again(agent):
    question = QuestionFactory(status="failed", error="RuntimeError: no memory")
    assert b"no memory" in agent.get(f"/questions/{question.pk}/").content
    agent.post(f"/questions/{question.pk}/again/")
    question.refresh_from_db()
    assert (question.status, question.error) == ("pending", "")


def test_the_history_is_searched_and_narrowed(agent):
    answered(text="How long does delivery take?")
    QuestionFactory(text="Is it waterproof?", status="unsure")
    page = agent.get("/ask/?q=waterproof&status=unsure").content.decode()
    assert "waterproof" in page
    assert "How long does delivery" not in page


def test_the_queue_has_what_failed_first_then_unhelpful_then_unsure(agent):
    answered(text="fine")
    unsure = QuestionFactory(status="unsure", text="unsure")
    down = answered(text="down", feedback="down")
    failed = QuestionFactory(status="failed", text="failed")
    rows = agent.get("/questions/").context["rows"]
    assert [row.question for row in rows] == [failed, down, unsure]


def test_a_verdict_takes_the_question_off_the_queue_and_rings_nobody(agent):
    question = QuestionFactory(status="unsure")
    article = PassageFactory().article
    answer = agent.post(
        f"/questions/{question.pk}/",
        {"verdict": "wrong", "correct_answer": "Two days.", "correct_article": article.pk},
    )
    question.refresh_from_db()
    assert answer["Location"] == "/questions/"
    assert (question.verdict, question.correct_answer) == ("wrong", "Two days.")
    assert (question.correct_article, question.reviewed_by) == (article, agent.user)
    assert agent.get("/questions/").context["rows"] == []
    assert len(agent.get("/questions/?part=reviewed").context["rows"]) == 1


def test_a_verdict_must_be_one(agent):
    question = QuestionFactory(status="unsure")
    answer = agent.post(f"/questions/{question.pk}/", {"verdict": "maybe"})
    question.refresh_from_db()
    assert (answer.status_code, question.verdict) == (422, "")


def test_the_quality_page_is_for_managers_and_sets_the_budget(client):
    client.force_login(UserFactory(role="agent"))
    assert client.get("/models/answers/").status_code == 403
    client.force_login(UserFactory(role="manager"))
    assert b"Error budget" in client.get("/models/answers/").content
    assert client.post("/models/answers/", {"max_error": "0"}).status_code == 422
    client.post("/models/answers/", {"max_error": "2.5"})
    budget = ErrorBudget.objects.get(task="answer")
    assert (float(budget.max_error), budget.is_on, budget.derived_at) == (2.5, True, None)


def test_the_quality_page_shows_the_curve(client):
    client.force_login(UserFactory(role="manager"))
    ErrorBudgetFactory(task="answer", max_error=5)
    page = client.get("/models/answers/").content.decode()
    assert "/plots/answer-risk" in page
    assert "reader&#x27;s card" not in page
    assert client.get("/plots/answer-risk.csv").content.startswith(b"share,error")
    assert client.get("/plots/answer-risk.svg").status_code == 200
    assert "answers" not in client.get("/automation/").content.decode().split("Budget: ")[1][:40]


def test_before_there_are_verdicts_the_curve_of_the_readers_card_is_shown(client):
    client.force_login(UserFactory(role="manager"))
    assert "/plots/answer-risk" not in client.get("/models/answers/").content.decode()
    curve = [{"threshold": 0.8, "share": 0.4, "error": 0.03, "bound": 0.05}]
    card = {"metrics": {"answers": {"risk_coverage": curve}}}
    ModelVersionFactory(task="answering", is_serving=True, card=card)
    page = client.get("/models/answers/").content.decode()
    assert "/plots/answer-risk" in page
    assert "The curve is the one of the reader" in page
    assert b"0.4,0.03,0.05" in client.get("/plots/answer-risk.csv").content
    client.force_login(UserFactory(role="agent"))
    assert client.get("/plots/answer-risk.csv").status_code == 403


def test_partners_see_what_they_asked_alone(client):
    partner = UserFactory(role="partner")
    api = calling(partner)
    mine, theirs = QuestionFactory(user=partner), QuestionFactory(customer=CustomerFactory())
    assert api.get(f"/api/v1/questions/{mine.pk}/").status_code == 200
    assert api.get(f"/api/v1/questions/{theirs.pk}/").status_code == 404
    client.force_login(partner)  # partners are systems: they have no screens
    assert client.get(f"/questions/{mine.pk}/").status_code == 403


def test_every_page_has_the_box_to_search_and_ask_and_its_script(agent):
    page = agent.get("/").content.decode()
    assert 'id="search-dialog"' in page
    assert "js/search.js" in page
    assert 'id="search-dialog"' not in agent.get("/help/ask/").content.decode()
