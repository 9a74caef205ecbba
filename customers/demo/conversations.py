"""What follows the opening of a ticket: answers, thanks, further questions, complaints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from customers.demo.content import content
from customers.demo.letters import Letter, Words
from customers.demo.records import Message
from customers.demo.seasons import awake, moment, office_day, office_time
from customers.demo.situations import Case, Situation, details
from customers.demo.wording import duration, fill, needs, unused

# How a conversation goes on after the first answer.
TURNS = {"silence": 26, "thanks": 44, "exchange": 16, "complaint": 14}
# Of the tickets of the last days, the part that nobody has answered yet.
BACKLOG_AGE, BACKLOG_SHARE = timedelta(days=4), 0.45
ASKED_WITHIN = (0.3, 20)
PATIENCE_DAYS = (2, 6)
APOLOGY_HELPS = 0.55
# Days after which a quiet ticket counts as solved, and as closed.
SOLVED_AFTER, CLOSED_AFTER = 9, 30
EARLY_SOLVED_SHARE = 0.15


@dataclass
class Conversation:
    """One ticket in the making: its messages up to now, and how it stands."""

    situation: Situation
    case: Case
    letter: Letter
    words: Words
    taken: set[str]
    now: datetime
    messages: list[Message] = field(default_factory=list)
    is_settled: bool = False
    was_cross: bool = False

    @property
    def _rng(self) -> Random:
        return self.letter.deck.rng

    @property
    def last_at(self) -> datetime:
        """When the latest message was written."""
        return self.messages[-1].sent_at

    def open(self, sentence: str) -> bool:
        """The customer's first message; False when nothing new is left to say."""
        opening = self._unused(lambda: self.letter.opening(self.case, sentence, self.words))
        return self._say("customer", opening, self.situation.opened_at)

    def go_on(self) -> None:
        """All that followed, as far as it has happened by now."""
        if self._is_in_backlog() or not self._answered("replies"):
            return
        able = [turn for turn in TURNS if self.case.get(f"{turn}s", True)]
        turn = self._rng.choices(able, [TURNS[turn] for turn in able])[0]
        if turn == "thanks":
            self._thanked()
        elif turn == "exchange":
            self._asked_on()
        elif turn == "complaint":
            self._complained()

    def status(self) -> str:
        """Open, pending, solved or closed, as it stands now."""
        quiet = (self.now - self.last_at).days
        if quiet >= CLOSED_AFTER:
            return "closed"
        if self.is_settled or quiet >= SOLVED_AFTER:
            return "solved"
        if self.messages[-1].author == "customer":
            return "open"
        return "solved" if self._rng.random() < EARLY_SOLVED_SHARE else "pending"

    def _is_in_backlog(self) -> bool:
        """Whether nobody has come round to this one yet."""
        is_fresh = self.now - self.last_at < BACKLOG_AGE
        return is_fresh and self._rng.random() < BACKLOG_SHARE

    def _answered(self, key: str) -> bool:
        at = office_time(self._rng, self.last_at)
        words = self._words(at, waited=False)
        return self._say("agent", self._unused(lambda: self._signed(self.case[key], words)), at)

    def _thanked(self) -> None:
        arrived = self._arrived_by()
        told = "arrived" if arrived else "thanks"
        at = awake(self._rng, arrived or self.last_at, self.case["thanks_hours"])
        openings = self._file()["follow_ups"]["opening_exchanges" if arrived else "opening_thanks"]
        self.is_settled = self._wrote(openings, self.case[told], at)

    def _arrived_by(self) -> datetime | None:
        """When the parcel came that the customer waited for, if that is a thing to say."""
        arrives = self.situation.arrives_at
        if not arrives or not self.case["arrived"] or arrives >= self.now:
            return None
        return max(arrives, self.last_at)

    def _asked_on(self) -> None:
        last = self.messages[-1].body
        able = [row for row in self.case["exchanges"] if all(word in last for word in row[2:])]
        if not able:
            return
        question, answer = self._rng.choice(able)[:2]
        openings = self._file()["follow_ups"]["opening_exchanges"]
        at = awake(self._rng, self.last_at, ASKED_WITHIN)
        if not self._wrote(openings, [question], at):
            return
        at = office_time(self._rng, self.last_at)
        words = self._words(at, waited=False)
        if self._say("agent", self._unused(lambda: self._signed([answer], words)), at):
            self._maybe_thanked()

    def _complained(self) -> None:
        days = self._rng.uniform(*PATIENCE_DAYS)
        at = moment(self._rng, (self.last_at + timedelta(days=days)).date())
        limit = self.situation.arrives_at or self.now
        if at <= self.last_at or at >= limit:
            self._thanked()
            return
        openings = self._file()["follow_ups"]["opening_complaints"]
        if self._wrote(openings, self.case["complaints"], at):
            self.was_cross = True
            if self._answered("apologies"):
                self._maybe_thanked()

    def _maybe_thanked(self) -> None:
        if self._rng.random() < APOLOGY_HELPS:
            self._thanked()

    def _wrote(self, openings: Sequence[str], sentences: Sequence[str], at: datetime) -> bool:
        words = self._words(at)
        text = self._unused(lambda: self.letter.answer(openings, sentences, words))
        return self._say("customer", text, at)

    def _say(self, author: str, body: str, at: datetime) -> bool:
        """Add the message, unless it is empty or lies in the future."""
        if not body or at >= self.now:
            return False
        self.messages.append(Message(author, body, at))
        return True

    def _signed(self, replies: Sequence[str], words: Words) -> str:
        deck = self.letter.deck
        reply = fill(deck.one([r for r in replies if needs(r) <= words.keys()]), words)
        signature = fill(deck.one(details(self.letter.language)["signatures"]), words)
        return f"{reply}\n\n{signature}"

    def _words(self, at: datetime, *, waited: bool = True) -> Words:
        day = office_day(at + timedelta(days=2))
        language = self.letter.language
        known = {**self.words, "weekday": details(language)["weekdays"][day.weekday()]}
        if waited:
            known["waited"] = duration((at - self.last_at).days, language)
        return known

    def _file(self) -> dict[str, Any]:
        return content(f"tickets_{self.letter.language}")

    def _unused(self, make: Callable[[], str]) -> str:
        return unused(make, self.taken)
