"""A day at the desk, through real servers for mail: what came in by mail is read, assigned by a
rule, answered, refunded and solved, and what its customer says of that stands in the report.
"""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.audiences.tree import rules_of
from customers.channels.mail.fetching import check
from customers.channels.mail.sending import send_due
from customers.channels.mail.taking import take_waiting
from customers.desk import order_actions
from customers.models import (
    Draft,
    JournalEntry,
    OrderLine,
    OutboundMail,
    Rule,
    SatisfactionRating,
    SatisfactionSettings,
    Ticket,
)
from customers.rules.run import apply_pending
from customers.satisfaction.inviting import invite_due, mail_invitations
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.assisting.suggest import write_draft
from intelligence.engines.contract import Prediction
from intelligence.loaded import text_reader
from tests.customers.channels.letters import mail
from tests.customers.desk import posting
from tests.factories import (
    CustomerFactory,
    MacroFactory,
    OrderFactory,
    ProductFactory,
    TeamFactory,
    UserFactory,
)
from tests.intelligence.assisting.conftest import solved
from tests.intelligence.assisting.word_reader import VERSION, embedding
from tests.intelligence.ledger_engine import LedgerReader, card

QUESTION = "The lamp came broken. I want my money back, please refund it."
ADVICE = "We are sorry that the lamp broke. Refunds reach your account within five days."


class DeskReader(LedgerReader):
    """Finds that who writes "refund" wants one, and that texts of the same words are alike."""

    backbone_version = VERSION
    versions = LedgerReader.versions | {"intent": card("intent", ("get_refund", "track_order"))}

    def _reading(self, text, wanted):
        reading = super()._reading(text, wanted)
        reading.embedding = embedding(text).tolist()
        if "intent" in wanted and "refund" in text:
            said = Prediction(label="get_refund", probability=0.9, distribution={"get_refund": 0.9})
            reading.predictions["intent"] = said
        return reading


def load(**_):
    return DeskReader()


@pytest.fixture(autouse=True)
def shop(settings):
    here = "tests.customers.channels.test_day_at_the_desk.load"
    simple = "tests.intelligence.answering.simple_engines.SimpleAnswering"
    settings.ENGINES = settings.ENGINES | {"text": here, "answering": simple}
    settings.PUBLIC_ADDRESS = "https://help.example"
    text_reader.cache_clear()
    yield
    text_reader.cache_clear()


@pytest.fixture
def box(fetching, sending):
    """The mailbox with both of its servers."""
    fetching.refresh_from_db()
    return fetching


def fetched(box, imap, *mails):
    imap.put(*mails)
    assert check(box.pk) == len(mails)
    take_waiting()
    analyse_pending(KINDS["message"])
    apply_pending()


def text_of(postman):
    sent = message_from_bytes(postman.mails[-1].content, policy=policy.default)
    return sent, sent.get_body(("plain",)).get_content()


def answered_with_macro_and_suggestion(client, ticket, macro):
    """The agent inserts both into the composer, reads them and sends."""
    address = reverse("ticket-macro", args=[ticket.pk])
    with_macro = client.post(address, {"macro": macro.pk, **posting.shown(ticket)})
    body = with_macro.context["reply_form"].initial["body"]
    client.post(reverse("ticket-drafts", args=[ticket.pk]))
    write_draft(Draft.objects.pending().get().pk)
    draft = Draft.objects.get(status="offered")
    inserted = client.post(reverse("draft-insert", args=[draft.pk]), {"body": body})
    text = inserted.context["reply_form"].initial["body"]
    more = {"draft": draft.pk, "used_macro": macro.pk}
    return posting.reply(client, ticket, text, **more)


def test_from_a_mail_to_a_rating_in_the_report(box, imap, postman, client):
    agent = UserFactory(username="robin", first_name="Robin", last_name="Reed")
    returns = TeamFactory(name="Returns")
    returns.members.add(agent)
    Rule.objects.create(
        name="Refunds go to Returns",
        is_on=True,
        conditions=rules_of({"field": "intent", "operator": "any_of", "value": ["get_refund"]}),
        actions=[
            {"do": "team", "value": str(returns.pk)},
            {"do": "assign", "value": "round_robin"},
        ],
    )
    ann = CustomerFactory(name="Ann Lee", email="ann@example.com")
    order = OrderFactory(customer=ann, lines=0, payment="paid", number="FK-10001")
    order.replace_lines([OrderLine(product=ProductFactory(), quantity=1, unit_price="60.00")])
    macro = MacroFactory(
        body="Dear {{customer.first_name}}, thank you for writing.", adds_tags=["refund"]
    )
    solved(CustomerFactory(name="Zoe Quill"), QUESTION, ADVICE, subject="Broken lamp")
    OutboundMail.objects.all().delete()  # that one was answered long ago
    SatisfactionSettings(is_on=True, delay_hours=24).save()
    client.force_login(agent)

    # mail comes in, models read it, the rule gives it to the agent, who finds it on home
    fetched(box, imap, mail(QUESTION, subject="Broken lamp", mail_id="<one@example.com>"))
    ticket = Ticket.objects.get(customer=ann)
    assert (ticket.channel, ticket.suggested_intent_id) == ("email", "get_refund")
    assert (ticket.team, ticket.assignee) == (returns, agent)
    assert JournalEntry.objects.filter(by=None, kind="rule_applied").exists()
    assert list(client.get(reverse("home")).context["my_tickets"]) == [ticket]

    # answered with a macro and a suggestion; the answer goes out by mail
    assert answered_with_macro_and_suggestion(client, ticket, macro).status_code == 302
    assert Draft.objects.get(status="sent").ticket == ticket
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.first_replied_at is not None) == (["refund"], True)
    assert send_due(box.pk) == 1
    sent, text = text_of(postman)
    assert (sent["To"], sent["In-Reply-To"]) == ("ann@example.com", "<one@example.com>")
    assert "Dear Ann, thank you for writing." in text
    assert "Refunds reach your account within five days." in text
    assert "Zoe" not in text

    # the customer answers by mail; the order is paid back, and the ticket solved
    fetched(box, imap, mail("Yes please", In_Reply_To=sent["Message-ID"]))
    assert ticket.messages.public().latest("pk").body == "Yes please"
    order.refresh_from_db()
    form = {"version": order_actions.version_of(order), "amount": "60.00", "reason": "Broken"}
    paying = f"/tickets/{ticket.pk}/orders/{order.pk}/refund/"
    assert client.post(paying, {**form, "confirmed": 1}).status_code == 302
    order.refresh_from_db()
    assert order.refunded_total == 60
    posting.reply(client, ticket, "Your money is on its way.", then="solved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.solved_at is not None) == ("solved", True)
    assert send_due(box.pk) == 1

    # a day later the customer is asked in the same conversation, and rates without a login
    later = timezone.now() + timedelta(hours=25)
    assert (invite_due(later), mail_invitations(later)) == (1, 1)
    assert send_due(box.pk) == 1
    asked, text = text_of(postman)
    assert asked["References"].split()[0] == sent["References"].split()[0]
    assert asked["Subject"] == "Re: Broken lamp"
    link = re.search(r"https://help\.example(/\S+)", text)[1]
    client.logout()
    assert client.get(link).status_code == 200
    assert client.post(link, {"score": "5", "reason": "Quick and kind"}).status_code == 302
    rating = SatisfactionRating.objects.get()
    assert (rating.agent, rating.team, rating.score) == (agent, returns, 5)

    # the manager reads it
    client.force_login(UserFactory(role="manager"))
    today = timezone.localdate().isoformat()
    report = client.get(f"{reverse('insight-desk')}?from={today}&to={today}")
    told = {figure.label: figure.value for figure in report.context["figures"]}
    assert told["of those who rated are satisfied"] == "100%"
    assert "Quick and kind" in client.get(reverse("satisfaction")).content.decode()
    api = client.get(f"/api/v1/tickets/{ticket.pk}/").json()
    assert (api["rating"]["score"], api["status"]) == (5, "solved")
    assert len(postman.mails) == 3
