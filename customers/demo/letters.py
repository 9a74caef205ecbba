"""How people write: by letter, form, chat or telephone, each in a voice of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from customers.demo.content import content
from customers.demo.records import Person
from customers.demo.situations import Case
from customers.demo.wording import Deck, after_colon, fill, joined, needs

VOICES = {"formal": 22, "friendly": 36, "plain": 26, "casual": 16}
CHANNELS = {
    "formal": {"email": 85, "web": 15},
    "friendly": {"email": 62, "web": 38},
    "plain": {"email": 38, "web": 62},
    "casual": {"chat": 62, "web": 23, "email": 15},
    "phone": {"phone": 1},
}
PHONE_SHARE = 0.2
ADD_SHARE = 0.55
ASK_SHARE = 0.6
# After a question one seldom asks another.
SECOND_ASK_SHARE = 0.2
SLIP_SHARE = {"casual": 0.14, "plain": 0.1}

# What needs no "Great." before it.
THANKS = re.compile("[Tt]hank|OK|Got|Good|Great|Perfect|Brilliant|Lovely|My pl|You're|好的|谢|收到")
GREETS = re.compile("^(?:H|D|你|您)")

Words = Mapping[str, str]


@dataclass
class Letter:
    """Writes the messages of one customer in one conversation."""

    deck: Deck
    person: Person
    voice: str
    channel: str

    @property
    def language(self) -> str:
        """The language of the customer and of the answers."""
        return self.person.language

    def opening(self, case: Case, sentence: str, words: Words) -> str:
        """The first message: the sentence between a greeting and a farewell."""
        file = content(f"tickets_{self.language}")
        body = joined(self._spoken(self._sentences(case, sentence, words), words), self.language)
        greeting = self._filled(file["greetings"][self.voice], words)
        farewells = case.get("farewells") or file["farewells"][self.voice]
        farewell = self._tuned(self._filled(farewells, words))
        if self.channel == "email" and self.voice != "plain" and self.language != "zh":
            return "\n\n".join(part for part in (self._tuned(greeting), body, farewell) if part)
        return self._in_one(self._tuned(greeting), body, farewell)

    def subject(self, case: Case, words: Words) -> str:
        """The subject line."""
        subject = self._filled(case["subjects"], words)
        return _lowered(subject, _names(words)) if self.voice == "casual" else subject

    def answer(self, openings: Sequence[str], sentences: Sequence[str], words: Words) -> str:
        """A later message: one of the sentences, mostly with a word before it."""
        sentence = self._filled(sentences, words)
        opening = self._filled(["", *openings], words)
        if words["agent"] in sentence or (THANKS.search(sentence) and not GREETS.search(opening)):
            opening = ""
        return self._in_one(self._tuned(opening), self._spoken([sentence], words)[0])

    def _sentences(self, case: Case, sentence: str, words: Words) -> list[str]:
        rng = self.deck.rng
        said = [fill(sentence, words)]
        if rng.random() < ADD_SHARE and self.voice != "phone":
            said.append(self._filled(case["adds"], words))
        asked = sentence.rstrip().endswith(("?", "？"))
        if rng.random() < (SECOND_ASK_SHARE if asked else ASK_SHARE):
            said.append(self._filled(case["asks"], words))
        return [part for part in said if part]

    def _filled(self, sentences: Sequence[str], words: Words) -> str:
        able = [sentence for sentence in sentences if needs(sentence) <= words.keys()]
        return fill(self.deck.one(able), words) if able else ""

    def _spoken(self, sentences: Sequence[str], words: Words) -> list[str]:
        """The sentences as this voice writes them."""
        if self.voice != "casual" or self.language == "zh":
            return [self._with_slips(sentence) for sentence in sentences]
        return [
            self._with_slips(re.sub(r"\bI\b", "i", _lowered(sentence, _names(words))))
            for sentence in sentences
        ]

    def _tuned(self, greeting: str) -> str:
        return greeting.lower() if self.voice == "casual" else greeting

    def _in_one(self, greeting: str, body: str, farewell: str = "") -> str:
        """All in one paragraph; after "Hi there," the sentence goes on with a small letter."""
        if greeting.endswith((",", "but", ":")):
            body = after_colon(body)
        parts = [greeting, body, farewell.replace("\n", " ")]
        if self.voice == "casual" and not farewell:
            parts[1] = body.removesuffix(".")
        return joined(parts, self.language)

    def _with_slips(self, sentence: str) -> str:
        slips = content("tickets_en")["slips"].get(self.voice)
        if not slips or self.language != "en":
            return sentence
        share = SLIP_SHARE[self.voice]
        rng = self.deck.rng
        return re.sub(
            "[A-Za-z]+",
            lambda word: slips[word[0]] if word[0] in slips and rng.random() < share else word[0],
            sentence,
        )


def letter(deck: Deck, seed: int, person: Person, case: Case) -> Letter:
    """The customer's own voice, which is the same in all that they write, and a channel."""
    own = Random(f"{seed}/voice/{person.key}")
    voice = own.choices(tuple(VOICES), tuple(VOICES.values()))[0]
    if case.get("by_phone") and person.phone and deck.rng.random() < PHONE_SHARE:
        voice = "phone"
    channels = CHANNELS[voice]
    channel = deck.rng.choices(tuple(channels), tuple(channels.values()))[0]
    return Letter(deck, person, voice, channel)


def _names(words: Words) -> tuple[str, ...]:
    """What keeps its capital even in a chat."""
    return tuple(words[name] for name in ("product", "other", "first_name") if name in words)


def _lowered(sentence: str, names: tuple[str, ...]) -> str:
    return sentence if sentence.startswith(names) else after_colon(sentence)
