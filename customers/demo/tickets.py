"""Four hundred tickets: those of the stories, and the everyday ones around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from random import Random

from customers.demo.cases import cases, dealt
from customers.demo.content import content
from customers.demo.conversations import CLOSED_AFTER, SOLVED_AFTER, Conversation
from customers.demo.letters import letter
from customers.demo.records import Message, Order, Person, Product, Ticket
from customers.demo.seasons import midnight, office_time
from customers.demo.situations import Case, Situation, Situations, details, words
from customers.demo.story_tickets import story_tickets
from customers.demo.wording import Deck, fill

TICKETS = 400
CHINESE_SHARE = 0.1
# The part of the finished tickets whose intent staff have set.
DECIDED_SHARE = 0.5
FINISHED = ("solved", "closed")
ESCALATED = {"low": "normal", "normal": "high"}


def tickets(
    seed: int,
    anchor: date,
    customers: Sequence[Person],
    sold: Sequence[Order],
    goods: Sequence[Product],
) -> list[Ticket]:
    """The tickets by time, T0001 onwards; all that was written lies before the anchor."""
    rng = Random(f"{seed}/tickets")
    written = [*story_tickets(seed, anchor, customers, sold)]
    desk = Desk(seed, rng, midnight(anchor), sold, goods)
    desk.taken |= {message.body for ticket in written for message in ticket.messages}
    for language in ("de", "fr"):
        written += desk.whole(language)
    chinese = int(TICKETS * CHINESE_SHARE) - sum(t.person.language == "zh" for t in written)
    written += desk.composed("zh", chinese)
    written += desk.composed("en", TICKETS - len(written))
    written.sort(key=lambda ticket: ticket.messages[0].sent_at)
    return [
        _numbered(rng, ticket, f"T{number:04}") for number, ticket in enumerate(written, start=1)
    ]


def _numbered(rng: Random, ticket: Ticket, key: str) -> Ticket:
    """The ticket under its key; the intent is a person's decision on a part of the finished."""
    is_decided = ticket.status in FINISHED and rng.random() < DECIDED_SHARE
    return replace(ticket, key=key, intent=ticket.matter if is_decided else "")


def _standing(answered_at: datetime, now: datetime) -> str:
    if answered_at >= now:
        return "open"
    quiet = (now - answered_at).days
    return "closed" if quiet >= CLOSED_AFTER else "solved" if quiet >= SOLVED_AFTER else "pending"


class Desk:
    """Where the everyday tickets are written, no text twice and no order twice."""

    def __init__(
        self,
        seed: int,
        rng: Random,
        now: datetime,
        sold: Sequence[Order],
        goods: Sequence[Product],
    ) -> None:
        self.seed, self.rng, self.now = seed, rng, now
        self.sold, self.goods = sold, goods
        self.deck = Deck(rng)
        self.taken: set[str] = set()

    def composed(self, language: str, count: int) -> Iterator[Ticket]:
        """Tickets put together from the sentences of tickets_en or tickets_zh."""
        situations = self._situations(language)
        pool = cases(language)
        waiting = dealt(self.rng, pool, count)
        while waiting:
            case = waiting.pop()
            sentence = self.deck.one(case["says"])
            situation = situations.find(self.rng, case, sentence)
            ticket = self._ticket(situation, case, sentence) if situation else None
            if ticket:
                yield ticket
            else:
                waiting += dealt(self.rng, pool, 1)

    def whole(self, language: str) -> Iterator[Ticket]:
        """The tickets of tickets_other, each written by somebody of that language."""
        situations = self._situations(language)
        for row in content("tickets_other")[language]:
            situation = situations.find(self.rng, row, row["body"])
            if situation:
                yield self._answered(situation, row)

    def _situations(self, language: str) -> Situations:
        orders = [order for order in self.sold if order.person.language == language]
        return Situations(orders, self.goods, self.now)

    def _ticket(self, situation: Situation, case: Case, sentence: str) -> Ticket | None:
        person = situation.person
        agent = self.deck.one(details(person.language)["agents"])
        known = {**words(situation), "agent": agent}
        voice = letter(self.deck, self.seed, person, case)
        talk = Conversation(situation, case, voice, known, self.taken, self.now)
        if not talk.open(sentence):
            return None
        talk.go_on()
        priority: str = case["priority"]
        return Ticket(
            key="",
            person=person,
            order=situation.order,
            subject=voice.subject(case, known),
            status=talk.status(),
            priority=ESCALATED.get(priority, priority) if talk.was_cross else priority,
            channel=voice.channel,
            matter=case["intent"],
            intent="",
            messages=tuple(talk.messages),
        )

    def _answered(self, situation: Situation, row: Case) -> Ticket:
        """A whole ticket with its one answer, if there was time for it."""
        known = words(situation)
        opening = Message("customer", fill(row["body"], known), situation.opened_at)
        at = office_time(self.rng, situation.opened_at)
        answer = Message("agent", fill(row["reply"], known), at)
        return Ticket(
            key="",
            person=situation.person,
            order=situation.order,
            subject=fill(row["subject"], known),
            status=_standing(at, self.now),
            priority=row.get("priority", "normal"),
            channel="email",
            matter=row["intent"],
            intent="",
            messages=(opening, answer) if at < self.now else (opening,),
        )
