"""Conditions and actions as a form: what was typed, what is wrong with it, what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from customers.audiences.builder import (
    MOST_AT_A_GLANCE,
    Option,
    Raw,
    changed,
    shown_group,
    typed_rules,
)
from customers.audiences.vocabulary import Vocabulary
from customers.audiences.words import Said, in_words
from customers.rules.actions import ACTIONS, MOST_ACTIONS, Action, BadActions, checked_actions
from customers.rules.matching import reading_of, says_nothing, ticket_vocabulary
from customers.rules.ticket_fields import TICKETS


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as the builder shows it."""

    place: int
    name: str
    value: str
    action: Action
    problem: str

    @property
    def options(self) -> list[Option]:
        """What can be chosen; a value that is gone stays among it."""
        if self.action.choices is None:
            return []
        known = {str(key): str(label) for key, label in self.action.choices()}
        gone = {} if self.value in known or not self.value else {self.value: self.value}
        return [Option(key, label, key == self.value) for key, label in (known | gone).items()]


@dataclass
class Building:
    """What stands in the builder. Without `has_actions` it builds conditions alone."""

    conditions: Raw
    actions: list[dict[str, str]] = field(default_factory=list)
    has_actions: bool = False
    added: str = ""
    vocabulary: Vocabulary = field(default_factory=ticket_vocabulary)

    @classmethod
    def typed(cls, form: QueryDict, *, has_actions: bool) -> Building:
        """What a form holds, its button carried out."""
        button = form.get("do", "")
        conditions = typed_rules(form, TICKETS)
        added = changed(conditions, button, TICKETS)
        actions = _typed_actions(form, button) if has_actions else []
        return cls(conditions, actions, has_actions, added)

    def context(self) -> dict[str, Any]:
        """What the page shows of it."""
        reading = reading_of(self.conditions, self.vocabulary)
        wrong = self.wrong_actions()
        return {
            "root": shown_group(self.conditions, reading.problems, self.vocabulary, self.added),
            "fields": TICKETS.grouped(),
            "about_tickets": True,
            "building": self,
            "is_complete": reading.is_complete,
            "says_nothing": says_nothing(self.conditions),
            "words": in_words(reading.root, self.vocabulary) if reading.is_complete else None,
            "action_rows": [
                ActionRow(place, one["do"], one["value"], ACTIONS[one["do"]], wrong.get(place, ""))
                for place, one in enumerate(self.actions)
            ],
            "no_action": wrong.get(0, "") if not self.actions else "",
            "known_actions": [(name, action.label) for name, action in ACTIONS.items()],
            "at_a_glance": MOST_AT_A_GLANCE,
        }

    def wrong_actions(self) -> Mapping[int, str]:
        """What is wrong with each action, by its place."""
        if not self.has_actions:
            return {}
        try:
            checked_actions(self.actions)
        except BadActions as error:
            return error.problems
        return {}

    @property
    def is_complete(self) -> bool:
        """Whether all of it may be stored."""
        return reading_of(self.conditions, self.vocabulary).is_complete and not self.wrong_actions()


def _typed_actions(form: QueryDict, button: str) -> list[dict[str, str]]:
    places = [place for place in form.getlist("action") if place.isdecimal()][:MOST_ACTIONS]
    actions = [_typed_action(form, place) for place in places]
    verb, _colon, place = button.partition(":")
    if verb == "add-action" and len(actions) < MOST_ACTIONS:
        actions.append({"do": next(iter(ACTIONS)), "value": ""})
    elif verb == "remove-action" and place.isdecimal() and int(place) < len(actions):
        del actions[int(place)]
    return actions


def _typed_action(form: QueryDict, place: str) -> dict[str, str]:
    name = form.get(f"action-{place}-do", "")
    name = name if name in ACTIONS else next(iter(ACTIONS))
    is_other = form.get(f"action-{place}-was", name) != name
    value = "" if is_other else form.get(f"action-{place}-value", "").replace("\x00", "")
    return {"do": name, "value": value.strip()}


def failed_in_words(failed: list[Raw], vocabulary: Vocabulary) -> list[Said]:
    """Conditions that were not met, each as a sentence."""
    if not failed:
        return []
    raw = {"match": "all", "rules": failed}
    return list(in_words(reading_of(raw, vocabulary).root, vocabulary).parts)
