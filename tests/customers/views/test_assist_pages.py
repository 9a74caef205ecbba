"""Assistance on the ticket page: nothing is written or sent without a click, and all of it works
without JavaScript.
"""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from customers.models import AssistEvent, Draft, Message, Summary, Ticket
from customers.models.assist_event import AppendOnly
from customers.models.draft import edit_distance
from tests.customers.desk import posting
from tests.factories import (
    NOON,
    AssistEventFactory,
    CustomerFactory,
    DraftFactory,
    MessageFactory,
    OrderFactory,
    SummaryFactory,
    TicketFactory,
    UserFactory,
)

HTMX = {"HTTP_HX_REQUEST": "true"}


def page_of(client, ticket):
    return client.get(f"/tickets/{ticket.pk}/").content.decode()


def events():
    return list(AssistEvent.objects.order_by("id").values_list("kind", flat=True))


def test_looking_at_a_ticket_asks_for_nothing(agent):
    ticket = TicketFactory()
    page = page_of(agent, ticket)
    assert "Suggest a reply" in page
    assert "hx-trigger" not in page.split('id="suggestions"')[1].split(">")[0]
    agent.get(f"/tickets/{ticket.pk}/drafts/")
    agent.get(f"/tickets/{ticket.pk}/fields/")
    agent.get(f"/tickets/{ticket.pk}/summary/")
    assert (Draft.objects.count(), Summary.objects.count(), events()) == (0, 0, [])


def test_asking_without_javascript_leads_back_to_the_panel(agent):
    ticket = TicketFactory()
    answer = agent.post(f"/tickets/{ticket.pk}/drafts/")
    assert answer.url == f"/tickets/{ticket.pk}/#suggestions"
    draft = Draft.objects.get()
    assert (draft.status, draft.ticket, draft.asked_by) == ("pending", ticket, agent.user)
    page = page_of(agent, ticket)
    assert "Look again" in page
    assert 'hx-trigger="every 1s"' in page
    assert events() == ["asked"]


def test_tone_and_length_are_asked_only_with_a_generator(agent, monkeypatch):
    ticket = TicketFactory()
    assert 'name="tone"' not in page_of(agent, ticket)
    agent.post(f"/tickets/{ticket.pk}/drafts/", {"tone": "formal", "length": "long"})
    assert Draft.objects.get().tone == "neutral"
    Draft.objects.all().delete()
    for module in ("customers.views.assist", "customers.views.assist_context"):
        monkeypatch.setattr(f"{module}.generator_on", lambda feature: "tiny")
    assert 'name="tone"' in page_of(agent, ticket)
    agent.post(f"/tickets/{ticket.pk}/drafts/", {"tone": "formal", "length": "long"})
    assert (Draft.objects.get().tone, Draft.objects.get().length) == ("formal", "long")


def test_the_fragment_stops_polling_when_the_worker_is_done(agent):
    draft = DraftFactory(status="pending", text="")
    address = f"/tickets/{draft.ticket_id}/drafts/"
    assert "every 1s" in agent.get(address).content.decode()
    Draft.objects.update(status="offered", text="Hello there")
    shown = agent.get(address).content.decode()
    assert "every 1s" not in shown
    assert "Hello there" in shown


def test_a_suggestion_shows_its_origin_its_sources_and_how_likely_it_is_of_use(agent):
    draft = DraftFactory(text="For <b>you</b>, [order number?]")
    DraftFactory(ticket=draft.ticket, asked_with=draft, rank=2, probability=0.64, origin="macro")
    page = page_of(agent, draft.ticket)
    assert "similar ticket" in page
    assert "likeness 80%" in page
    assert "inserted in 64% of like cases" in page
    assert '<a href="/t/">Late</a>' in page
    assert "For &lt;b&gt;you&lt;/b&gt;" in page
    assert "To fill in: [order number?]" in page


def test_a_failed_worker_leaves_its_reason_and_a_way_to_retry(agent):
    draft = DraftFactory(status="failed", text="", offered_at=None, error="ValueError: no model")
    page = page_of(agent, draft.ticket)
    assert "ValueError: no model" in page
    assert "Try again" in page
    agent.post(f"/tickets/{draft.ticket_id}/drafts/")
    assert Draft.objects.filter(status="pending").count() == 1


def test_inserting_fills_the_reply_box_after_what_was_typed_and_sends_nothing(agent):
    draft = DraftFactory(text="It is on its way.")
    answer = agent.post(f"/drafts/{draft.pk}/insert/", {"body": "Hello Ada,"})
    form = answer.context["reply_form"]
    assert form["body"].value() == "Hello Ada,\n\nIt is on its way."
    assert form["draft"].value() == draft.pk
    draft.refresh_from_db()
    assert draft.status == "inserted"
    assert draft.inserted_at
    assert Message.objects.filter(author_kind="agent").count() == 0
    assert events() == ["inserted"]


def test_inserting_with_javascript_swaps_the_reply_box_alone(agent):
    draft = DraftFactory(text="It is on its way.")
    answer = agent.post(f"/drafts/{draft.pk}/insert/", {"body": ""}, **HTMX).content.decode()
    assert "<html" not in answer
    assert 'id="reply" hx-swap-oob="true"' in answer
    assert f'name="draft" value="{draft.pk}"' in answer


def test_inserting_twice_is_noted_once(agent):
    draft = DraftFactory()
    agent.post(f"/drafts/{draft.pk}/insert/")
    agent.post(f"/drafts/{draft.pk}/insert/")
    assert events() == ["inserted"]


def test_sending_names_the_draft_and_how_far_it_was_changed(agent):
    draft = DraftFactory(text="abcdefghij", status="inserted", inserted_at=NOON)
    posting.reply(agent, draft.ticket, "abcdefghXY", draft=draft.pk)
    draft.refresh_from_db()
    message = Message.objects.get(author_kind="agent")
    assert (draft.status, draft.sent_message) == ("sent", message)
    assert draft.edit_distance == pytest.approx(0.2)
    (event,) = AssistEvent.objects.all()
    assert (event.kind, event.by, event.draft) == ("sent", agent.user, draft)
    assert event.detail["message"] == message.pk


@pytest.mark.parametrize(
    ("offered", "sent", "distance"),
    [
        ("kitten", "sitting", 3 / 7),
        ("same", "same", 0),
        ("", "", 0),
        ("abc", "xyz", 1),
        ("a", "", 1),
    ],
)
def test_the_edit_distance_is_levenshteins_by_the_longer_text(offered, sent, distance):
    assert edit_distance(offered, sent) == pytest.approx(distance)


def test_a_reply_with_a_blank_left_is_not_sent(agent):
    draft = DraftFactory(text="Order [order number?] is here.")
    answer = posting.reply(agent, draft.ticket, draft.text, draft=draft.pk)
    assert answer.status_code == 422
    assert "[order number?]" in str(answer.context["reply_form"].errors["body"])
    assert Message.objects.filter(author_kind="agent").count() == 0
    draft.refresh_from_db()
    assert draft.status == "offered"


def test_a_reply_without_a_draft_is_sent_as_ever_brackets_or_not(agent):
    ticket = TicketFactory()
    posting.reply(agent, ticket, "Is it [this one?]")
    assert Message.objects.filter(author_kind="agent").count() == 1
    assert events() == []


def test_a_draft_of_another_ticket_is_not_sent_by_this_one(agent):
    draft = DraftFactory()
    ticket = TicketFactory()
    posting.reply(agent, ticket, "Hello", draft=draft.pk)
    draft.refresh_from_db()
    assert draft.status == "offered"
    assert Message.objects.filter(ticket=ticket, author_kind="agent").count() == 1


def test_a_dismissed_suggestion_is_gone_and_cannot_be_inserted(agent):
    draft = DraftFactory(text="Hello there")
    agent.post(f"/drafts/{draft.pk}/dismiss/")
    assert "Hello there" not in page_of(agent, draft.ticket)
    agent.post(f"/drafts/{draft.pk}/insert/")
    draft.refresh_from_db()
    assert (draft.status, draft.inserted_at) == ("dismissed", None)
    assert events() == ["dismissed"]


def test_a_sent_draft_stays_what_was_sent(agent):
    draft = DraftFactory(status="sent", edit_distance=0.1)
    agent.post(f"/drafts/{draft.pk}/dismiss/")
    posting.reply(agent, draft.ticket, "Again", draft=draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.edit_distance) == ("sent", 0.1)


def test_the_log_is_only_appended_to(db):
    event = AssistEventFactory()
    event.detail = {}
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        AssistEvent.objects.update(kind="sent")


@pytest.mark.parametrize("name", ["ticket-drafts", "ticket-summary", "ticket-fields"])
def test_strangers_see_nothing(client, db, name):
    ticket = TicketFactory()
    assert client.get(reverse(name, args=[ticket.pk])).status_code == 302


# Summaries ---------------------------------------------------------------------------


def test_a_summary_is_asked_for_by_a_click_and_its_sentences_lead_to_their_messages(agent):
    ticket = TicketFactory()
    agent.post(f"/tickets/{ticket.pk}/summary/")
    assert Summary.objects.get().status == "pending"
    assert events() == ["summarised"]
    Summary.objects.all().delete()
    SummaryFactory(ticket=ticket)
    page = page_of(agent, ticket)
    assert "What they want" in page
    assert f'<a href="/tickets/{ticket.pk}/#message-7">When will it arrive?</a>' in page
    assert "something was written since" not in page


def test_a_summary_tells_what_a_customer_claims_apart_from_what_the_shop_says(agent):
    ticket = TicketFactory()

    def one(by, text):
        return {"kind": "told", "text": text, "source": "ticket", "source_id": ticket.pk,
                "message": None, **({"by": by} if by else {})}  # fmt: skip

    items = [one("agent", "It was sent."), one("customer", "It is lost."), one("", "Of old.")]
    SummaryFactory(ticket=ticket, items=items)
    shown = BeautifulSoup(page_of(agent, ticket), "html.parser").select_one("#summary")
    (claims,) = shown.select(".claims")
    assert [line.get_text() for line in claims.select("p, li")] == [
        *("The customer writes:", "It is lost.", "Of old."),
    ]
    assert "It was sent." in shown.get_text()
    told = agent.get(f"/api/v1/tickets/{ticket.pk}/summary/").json()["items"]
    assert [item["by"] for item in told] == ["agent", "customer", "customer"]


def test_a_summary_is_stale_when_something_was_written_since(agent):
    summary = SummaryFactory()
    MessageFactory(ticket=summary.ticket)
    assert summary.is_stale
    assert "something was written since" in page_of(agent, summary.ticket)


def test_a_failed_summary_says_why_and_keeps_what_stood_there(agent):
    summary = SummaryFactory(status="failed", error="ValueError: no")
    page = page_of(agent, summary.ticket)
    assert "ValueError: no" in page
    assert "When will it arrive?" in page
    assert "Try again" in page


def test_a_customers_page_tells_facts_with_links_to_their_records(agent):
    customer = CustomerFactory()
    OrderFactory(customer=customer, lines=2)
    OrderFactory(customer=customer)
    ticket = TicketFactory(customer=customer, subject="It broke", opened_at=NOON)
    Ticket.objects.filter(pk=ticket.pk).update(sentiment="negative")
    page = agent.get(f"/customers/{customer.pk}/").content.decode()
    assert f'<a href="/orders/?customer={customer.pk}">2</a> orders worth' in page
    assert ">£37.50</a>" in page
    assert f'The last complaint, of <a href="/tickets/{ticket.pk}/">March 2, 2026</a>' in page
    assert f'<a href="/customers/{customer.pk}/">1</a> ticket is open.' in page


# Models page ---------------------------------------------------------------------------


def test_the_models_page_tells_what_became_of_suggestions(client, db):
    client.force_login(UserFactory(role="manager"))
    DraftFactory()
    DraftFactory(status="inserted", inserted_at=NOON)
    DraftFactory(status="sent", inserted_at=NOON, edit_distance=0.25)
    DraftFactory(origin="generator", generator="tiny", status="dismissed")
    DraftFactory(status="failed", offered_at=None, origin="")
    answer = client.get("/models/assist/")
    found = answer.context["all"]
    assert (found.offered, found.inserted, found.sent) == (4, 2, 1)
    assert (found.inserted_share, found.sent_share, found.distance) == (0.5, 0.5, 0.25)
    rows = [(row.origin, row.offered, row.inserted) for row in answer.context["origins"]]
    assert rows == [("similar ticket", 3, 2), ("generator: tiny", 1, 0)]
    assert 'href="/models/assist/"' in client.get("/models/").content.decode()


def test_the_models_page_is_for_managers(agent):
    assert agent.get("/models/assist/").status_code == 403
    assert agent.get("/plots/assist-acceptance.csv").status_code == 403


def test_the_plot_has_a_row_for_each_week_and_origin(client, db, monkeypatch):
    client.force_login(UserFactory(role="manager"))
    monkeypatch.setattr("customers.assisting.acceptance.timezone.now", lambda: NOON)
    DraftFactory()
    DraftFactory(status="sent", inserted_at=NOON, edit_distance=0.25)
    csv = client.get("/plots/assist-acceptance.csv").content.decode().splitlines()
    assert csv[0] == "at,origin,offered,inserted,share,sent,distance,url"
    assert csv[1].startswith("2026-03-02,similar ticket,2,1,0.5,1,0.25")
    assert len(csv) == 2


# API ---------------------------------------------------------------------------------------


def test_the_api_asks_for_drafts_and_reads_them(agent):
    ticket = TicketFactory()
    address = f"/api/v1/tickets/{ticket.pk}/drafts/"
    assert agent.get(address).json() == []
    posted = agent.post(address, {}, content_type="application/json")
    assert (posted.status_code, posted.json()["pending"]) == (202, True)
    Draft.objects.update(status="offered", origin="generator", generator="tiny", text="[date?]")
    (draft,) = agent.get(address).json()
    assert (draft["origin"], draft["blanks"]) == ("generator: tiny", ["[date?]"])
    bad = agent.post(address, {"tone": "rude"}, content_type="application/json")
    assert bad.status_code == 400


def test_the_api_reads_summaries(agent):
    summary = SummaryFactory()
    address = f"/api/v1/tickets/{summary.ticket_id}/summary/"
    assert agent.get(address).json()["items"][0]["text"] == "When will it arrive?"
    customer = CustomerFactory()
    assert agent.get(f"/api/v1/customers/{customer.pk}/summary/").status_code == 204
    posted = agent.post(f"/api/v1/customers/{customer.pk}/summary/")
    assert (posted.status_code, posted.json()["status"]) == (202, "pending")
