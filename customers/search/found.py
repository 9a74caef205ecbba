"""What a search shows of a record, whatever kind it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Hit:
    """One record: `title` and `detail` to show, `address` to go to; `is_exact` where the words
    are an identifier of it.
    """

    kind: str
    pk: int
    title: str
    detail: str
    address: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind, best first; `more` leads to all of them, "" where these are all."""

    kind: str
    label: Label
    icon: str
    hits: Sequence[Hit]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What was found for `words`; `typed` is what somebody typed, which differs where a word
    was mended.
    """

    typed: str
    words: str
    groups: Sequence[Group] = field(default_factory=tuple)

    @property
    def is_mended(self) -> bool:
        """Whether other words were looked for than were typed."""
        return self.words != self.typed

    @property
    def hits(self) -> list[Hit]:
        """All hits, group after group."""
        return [hit for group in self.groups for hit in group.hits]
