"""Topics forget persons: their texts as examples, and words that are theirs alone."""

from __future__ import annotations

from typing import Any

from customers.models import Message, Review, Topic
from customers.privacy.person import Person

NAMED_BY = 3  # so many words make a topic's name


def forget_in_topics(person: Person) -> int:
    """Take the person's texts out of the examples, and out of its words and name those that
    stand in no other text.
    """
    changed = 0
    for topic in Topic.objects.all():
        gone = set(person.rows_of(f"customers.{topic.kind.capitalize()}"))
        examples = [pk for pk in topic.example_pks if pk not in gone]
        words = [pair for pair in topic.words if not _is_theirs_alone(pair[0], topic, person)]
        if examples == topic.example_pks and words == topic.words:
            continue
        fresh: dict[str, Any] = {"example_pks": examples, "words": words}
        if words != topic.words:
            fresh["suggested_name"] = ", ".join(pair[0] for pair in words[:NAMED_BY])[:200]
        changed += Topic.objects.filter(pk=topic.pk).update(**fresh)
    return changed


def _is_theirs_alone(word: str, topic: Topic, person: Person) -> bool:
    """Whether the person said the word and nobody else did; asked while their rows stand."""
    rows: Any
    if topic.kind == Topic.Kind.TICKET:
        rows, own = Message.objects.matching(word), person.rows_of("customers.Message")
    else:
        rows = Review.objects.filter(body__icontains=word) | Review.objects.filter(
            title__icontains=word
        )
        own = person.rows_of("customers.Review")
    if not own or not rows.filter(pk__in=own).exists():
        return False
    return not rows.exclude(pk__in=own).exists()
