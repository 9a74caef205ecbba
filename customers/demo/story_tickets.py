"""The tickets of the three stories, by hand: who writes them, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.faulty import incidents
from customers.demo.records import Message, Order, Person, Ticket
from customers.demo.seasons import OFFICE_FROM, awake, before, midnight, moment, office_time
from customers.demo.stories import PRICE_RISE_DAY, VIP_KEY, VIP_LATE_DAYS
from customers.demo.wording import with_words

# Their letters speak of pensions and allotments.
GARDENERS_LIVE_IN = ("GB", "IE")
CLOSED_AFTER = timedelta(days=30)
REPLY_HOURS = (2, 30)
# Between the arrival of a late parcel and the message that says so.
NOTICED_AFTER = timedelta(hours=1)


def story_tickets(
    seed: int, anchor: date, customers: Sequence[Person], sold: Sequence[Order]
) -> Iterator[Ticket]:
    """The tickets about the kettles, of the guest-house owner and of the gardeners."""
    rng = Random(f"{seed}/story tickets")
    for row, incident in incidents(seed, anchor, sold):
        if "messages" in row:
            kettle, times = incident.kettle, _times(rng, row, incident.at)
            yield _ticket(row, kettle.person, kettle.order, incident.words, times, anchor)
    yield from _of_vip(rng, anchor, sold)
    yield from _of_gardeners(rng, anchor, customers, sold)


def _of_vip(rng: Random, anchor: date, sold: Sequence[Order]) -> Iterator[Ticket]:
    for row in content("stories")["vip"]["tickets"]:
        day = before(anchor, VIP_LATE_DAYS[row["late"]])
        late = next(o for o in sold if o.person.key == VIP_KEY and o.placed_at.date() == day)
        times = [
            _on_day(rng, late, author, days)
            for (author, _), days in zip(row["messages"], row["days"], strict=True)
        ]
        yield _ticket(row, late.person, late, {"order": late.number}, times, anchor)


def _of_gardeners(
    rng: Random, anchor: date, customers: Sequence[Person], sold: Sequence[Order]
) -> Iterator[Ticket]:
    """Each by somebody who has not ordered since."""
    last = {order.person.key: order.placed_at for order in sold if order.kind == "sale"}
    group = [
        p for p in customers
        if p.habit == "garden_group" and p.language == "en" and p.country in GARDENERS_LIVE_IN
    ]  # fmt: skip
    rng.shuffle(group)
    for row in content("stories")["garden"]["tickets"]:
        at = moment(rng, before(anchor, PRICE_RISE_DAY - row["days"]))
        gone = next((person for person in group if last[person.key] < at), None)
        if gone:
            group.remove(gone)
            words = {"first_name": gone.first_name}
            yield _ticket(row, gone, None, words, _times(rng, row, at), anchor)


def _times(rng: Random, row: Mapping[str, Any], start: datetime) -> list[datetime]:
    """The first message at the start, answers in office hours, the customer's in the day."""
    times = [start]
    for author, _ in row["messages"][1:]:
        is_staff = author == "agent"
        last = times[-1]
        times.append(office_time(rng, last) if is_staff else awake(rng, last, REPLY_HOURS))
    return times


def _on_day(rng: Random, order: Order, author: str, days: int) -> datetime:
    """A time so many days after the order, and after the parcel where it came that day."""
    at = moment(rng, (order.placed_at + timedelta(days=days)).date())
    if author == "agent":
        at = at.replace(hour=OFFICE_FROM + rng.randrange(8))
    arrived = order.delivered_at
    if arrived and arrived.date() == at.date():
        return max(at, arrived + NOTICED_AFTER)
    return at


def _ticket(
    row: Mapping[str, Any],
    person: Person,
    order: Order | None,
    words: Mapping[str, str],
    times: Sequence[datetime],
    anchor: date,
) -> Ticket:
    now = midnight(anchor)
    return Ticket(
        key="",
        person=person,
        order=order,
        subject=with_words(row["subject"], words),
        status=row.get("status") or ("closed" if times[-1] < now - CLOSED_AFTER else "solved"),
        priority=row.get("priority", "normal"),
        channel="email",
        matter=row["intent"],
        intent="",
        messages=tuple(
            Message(author, with_words(body, words), at)
            for (author, body), at in zip(row["messages"], times, strict=True)
            if at < now
        ),
    )
