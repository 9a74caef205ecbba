"""Replies that are suggested: where they come from, and what never stands in them."""

import pytest

from customers.models import AssistEvent, Draft, Message
from intelligence import tasks
from intelligence.analysis.sweep import overdue_jobs
from intelligence.assisting import suggest
from intelligence.assisting.suggest import NOTHING_FOUND, write_draft
from intelligence.receivers import JOBS
from tests.factories import NOON, CustomerFactory, OrderFactory, TicketFactory
from tests.intelligence.assisting.conftest import read, solved

QUESTION = "My parcel is late. When will the parcel arrive?"
REPLY = (
    "Dear Zebulon,\n\nyour parcel FK-90001 left us on 3 March 2026 and cost £23.50. We sent it to "
    "14 Quagmire Lane in Wexborough, where your neighbour Quentina takes it in, and mailed "
    "zeb@canary.example. Ring +44 20 7946 0958 with code JD-0092834. Parcels take up to 30 days."
    "\n\nKind regards\nTom Thorne"
)
CANARIES = (
    *("Zebulon", "Okonkwo", "FK-90001", "3 March", "23.50", "Quagmire", "Wexborough"),
    *("Quentina", "canary", "7946", "0092834", "Thorne", "CanaryCorp"),
)


@pytest.fixture
def zebulon():
    return CustomerFactory(
        name="Zebulon Okonkwo",
        email="zeb@canary.example",
        phone="+44 20 7946 0958",
        company="CanaryCorp",
        city="Wexborough",
    )


@pytest.fixture
def ticket():
    ada = CustomerFactory(name="Ada Byron", email="ada@example.com")
    order = OrderFactory(customer=ada, number="FK-10001")
    made = TicketFactory(customer=ada, order=order, subject="Late", body=QUESTION)
    read(made.messages.get())
    return made


def test_a_similar_solved_ticket_gives_its_reply_without_the_other_customer(
    suggested, ticket, zebulon
):
    other = solved(zebulon, "My parcel is late, when will it arrive?", REPLY)
    (draft,) = suggested(ticket)
    assert (draft.status, draft.origin, draft.language) == ("offered", "ticket", "en")
    assert draft.text == (
        "Hello Ada,\n\nyour parcel FK-10001 left us on [date?] and cost [amount?]. We sent it to "
        "[address?] in [place?], where your neighbour [name?] takes it in, and mailed "
        "ada@example.com. Ring [phone number?] with code [number?]. Parcels take up to 30 days."
        "\n\nKind regards\nRobin Reed"
    )
    assert not [canary for canary in CANARIES if canary.casefold() in draft.text.casefold()]
    assert [(one["kind"], one["id"]) for one in draft.sources] == [
        ("ticket", other.pk),
        ("order", ticket.order_id),
    ]
    assert draft.sources[0]["address"] == f"/tickets/{other.pk}/"
    assert 0.5 < draft.score <= 1
    assert draft.probability is None


def test_an_order_of_somebody_else_is_never_named(suggested, ticket, zebulon):
    solved(zebulon, QUESTION, REPLY)
    ticket.set_order(OrderFactory(customer=CustomerFactory(), number="FK-66666"))
    (draft,) = suggested(ticket)
    assert "[order number?]" in draft.text
    assert "FK-66666" not in draft.text


def test_a_name_that_only_one_customers_tickets_use_is_no_common_word(suggested, ticket, zebulon):
    for number in range(4):
        reply = f"We gave the parcel to your sister Ottoline for now, as asked for {'x' * number}."
        solved(zebulon, QUESTION, reply, number=f"FK-9000{number}")
    drafts = suggested(ticket)
    assert drafts
    assert not any("Ottoline" in draft.text for draft in drafts)


def test_open_tickets_and_tickets_about_other_things_give_nothing(suggested, ticket, zebulon):
    solved(zebulon, "Which colours does the lamp come in?", "It comes in red and in green, always.")
    still_open = solved(zebulon, QUESTION, REPLY, number="FK-90002")
    still_open.set_status("open")
    (draft,) = suggested(ticket)
    assert (draft.status, draft.error, draft.text) == ("failed", NOTHING_FOUND, "")


def test_a_ticket_in_another_language_gives_nothing(suggested, ticket, zebulon):
    solved(zebulon, QUESTION, REPLY, language="de")
    assert [draft.status for draft in suggested(ticket)] == ["failed"]


def test_a_chinese_ticket_is_answered_from_chinese_ones(suggested, zebulon):
    solved(
        CustomerFactory(name="王小明"),
        "我的包裹还没有到，什么时候能到？",
        "王小明您好，您的订单FK-90001已于3月5日发往上海市浦东新区世纪大道100号。包裹一般30天内送达。",
        language="zh",
    )
    mine = TicketFactory(
        customer=CustomerFactory(name="李华"),
        subject="包裹",
        body="我的包裹还没到，什么时候能送到？",
    )
    Message.objects.filter(ticket=mine).update(language="zh")
    (draft,) = suggested(mine)
    assert "包裹一般30天内送达" in draft.text
    for canary in ("王小明", "小明", "90001", "3月5日", "世纪大道", "浦东"):
        assert canary not in draft.text


def test_nobody_writes_or_sends_by_being_asked(suggested, ticket, zebulon):
    solved(zebulon, QUESTION, REPLY)
    before = {**ticket.__class__.objects.values().get(pk=ticket.pk)}
    messages = Message.objects.count()
    suggested(ticket)
    assert Message.objects.count() == messages
    assert ticket.__class__.objects.values().get(pk=ticket.pk) == before


def test_asking_and_offering_are_logged(suggested, ticket, zebulon, agent):
    solved(zebulon, QUESTION, REPLY)
    suggested(ticket)
    lines = AssistEvent.objects.order_by("id").values_list("kind", "by__username", "ticket")
    assert list(lines) == [("asked", "robin", ticket.pk), ("offered", None, ticket.pk)]


def test_a_ticket_without_a_customers_message_says_why_there_is_nothing(suggested):
    (draft,) = suggested(TicketFactory(body=""))
    assert draft.error == "there is no message of a customer to answer"


def test_one_way_that_fails_does_not_hide_the_others(suggested, ticket, zebulon, monkeypatch):
    def is_down(matter, most):
        raise RuntimeError("the generator is down")

    solved(zebulon, QUESTION, REPLY)
    monkeypatch.setattr(suggest, "WAYS", (*suggest.WAYS, (is_down, 1)))
    (draft,) = suggested(ticket)
    assert draft.status == "offered"
    assert draft.note == "RuntimeError: the generator is down"


def test_a_worker_that_fails_leaves_its_reason(ticket, agent, monkeypatch):
    def fails(draft):
        raise ValueError("no such thing")

    draft = Draft.objects.ask_for(ticket, by=agent)
    monkeypatch.setattr(suggest, "suggestions", fails)
    with pytest.raises(ValueError, match="no such thing"):
        write_draft(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.error) == ("failed", "ValueError: no such thing")
    assert AssistEvent.objects.filter(kind="failed").get().detail == {"reason": draft.error}


def test_a_draft_that_killed_its_worker_three_times_is_set_aside(ticket, agent):
    draft = Draft.objects.ask_for(ticket, by=agent)
    Draft.objects.filter(pk=draft.pk).update(attempts=3)
    write_draft(draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.error) == (
        "failed",
        "the worker that wrote it died, 3 times; ask again to retry",
    )


def test_a_draft_that_is_done_is_not_written_again(suggested, ticket, zebulon):
    solved(zebulon, QUESTION, REPLY)
    (draft,) = suggested(ticket)
    write_draft(draft.pk)
    assert Draft.objects.count() == 1


def test_one_that_waits_is_not_doubled_and_is_rung_when_overdue(ticket, agent):
    first = Draft.objects.ask_for(ticket, by=agent)
    assert Draft.objects.ask_for(ticket, by=agent).pk == first.pk
    Draft.objects.update(created_at=NOON)
    assert ("intelligence.tasks.write_draft", first.pk) in overdue_jobs()


@pytest.mark.parametrize("kind", ["draft", "summary"])
def test_somebody_waits_for_it_so_it_jumps_the_bulk_queue(settings, kind):
    task = JOBS[kind]
    assert task == f"intelligence.tasks.write_{kind}"
    assert settings.CELERY_TASK_ROUTES[task] == {"queue": "interactive"}
    assert hasattr(tasks, f"write_{kind}")
