"""What rules can ask of a customer's orders, tickets, reviews and recommendations.

Each looks for related rows by an index, so that a rule is a semi-join.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.audiences.customer_fields import taxonomy_choices, value_choices
from customers.audiences.fields import TIMES, WITHIN_DAYS, Choices, Field, Related
from customers.models import (
    Aspect,
    AspectMention,
    Intent,
    Order,
    Product,
    Recommendation,
    Review,
    Sentiment,
    Ticket,
)

TOPIC = "topic"  # a column that tickets may not have
BOUGHT, SAID, OTHER = "bought", "said", "other"
COUNTED = (TIMES, WITHIN_DAYS)


def sales() -> QuerySet:
    """Orders that were not cancelled."""
    return Order.objects.filter(kind=Order.Kind.SALE).exclude(status=Order.Status.CANCELLED)


def returns() -> QuerySet:
    """Returns that were not cancelled."""
    return Order.objects.filter(kind=Order.Kind.RETURN).exclude(status=Order.Status.CANCELLED)


def column_holds(path: str) -> Any:
    """The condition that the column at `path` has one of the values."""
    return lambda values: Q(**{f"{path}__in": list(values)})


def with_intents(intents: Sequence[str]) -> Q:
    """The decision of staff counts, and the model's opinion where there is none."""
    suggested = Q(intent__isnull=True, suggested_intent__in=list(intents))
    return Q(intent__in=list(intents)) | suggested


def bought(path: str) -> tuple[Related, ...]:
    """Sales with a line whose product has one of the values at `path`."""
    return (Related(sales, at="placed_at", holds=column_holds(f"lines__product{path}")),)


def mentioned(polarity: str) -> tuple[Related, ...]:
    """Mentions of aspects in a customer's reviews, and in their messages."""

    def rows() -> QuerySet:
        return AspectMention.objects.filter(polarity=polarity)

    return (
        Related(rows, "review__customer", "review__written_at", column_holds("aspect")),
        Related(rows, "message__ticket__customer", "message__sent_at", column_holds("aspect")),
    )


def topic_choices() -> list[tuple[str, str]]:
    """The topics of tickets, where tickets have some."""
    if not has_topics():
        return []
    topics: Any = Ticket._meta.get_field(TOPIC).related_model
    return [(str(topic.pk), str(topic)) for topic in topics.objects.all()]


def has_topics() -> bool:
    """Whether tickets carry the topic that they belong to."""
    return any(column.name == TOPIC for column in Ticket._meta.concrete_fields)


def stars() -> list[tuple[str, str]]:
    """Five to one."""
    return [(str(n), "★" * n) for n in range(5, 0, -1)]


def relation(
    name: str,
    label: Any,
    group: str,
    related: tuple[Related, ...],
    choices: Choices,
    **options: Any,
) -> Field:
    """A field that asks for related rows with one of some values."""
    return Field(
        name,
        label,
        group,
        "relation",
        related=related,
        choices=choices,
        modifiers=options.pop("modifiers", COUNTED),
        **options,
    )


BOUGHT_FIELDS = (
    Field(
        "placed_order",
        _("Placed an order"),
        BOUGHT,
        "event",
        related=(Related(sales, at="placed_at"),),
        modifiers=COUNTED,
    ),
    Field(
        "returned_order",
        _("Returned something"),
        BOUGHT,
        "event",
        related=(Related(returns, at="placed_at"),),
        modifiers=COUNTED,
    ),
    relation("bought_product", _("Bought product"), BOUGHT, bought(""), list, picks="product"),
    relation(
        "bought_category",
        _("Bought category"),
        BOUGHT,
        bought("__category"),
        value_choices(Product, "category"),
        is_open=True,
    ),
    relation(
        "bought_brand",
        _("Bought brand"),
        BOUGHT,
        bought("__brand"),
        value_choices(Product, "brand"),
        is_open=True,
    ),
    relation(
        "recommended",
        _("Was recommended product"),
        BOUGHT,
        (Related(Recommendation.objects.all, holds=column_holds("product")),),
        list,
        picks="product",
        modifiers=(),
    ),
)

SAID_FIELDS = (
    Field(
        "open_ticket",
        _("Has an open ticket"),
        SAID,
        "event",
        related=(Related(Ticket.objects.open),),
    ),
    Field(
        "wrote_ticket",
        _("Wrote a ticket"),
        SAID,
        "event",
        related=(Related(Ticket.objects.all, at="opened_at"),),
        modifiers=COUNTED,
    ),
    relation(
        "ticket_intent",
        _("Wrote a ticket with intent"),
        SAID,
        (Related(Ticket.objects.all, at="opened_at", holds=with_intents),),
        taxonomy_choices(Intent),
    ),
    relation(
        "ticket_topic",
        _("Wrote a ticket on topic"),
        SAID,
        (Related(Ticket.objects.all, at="opened_at", holds=column_holds("topic")),),
        topic_choices,
    ),
    relation(
        "ticket_sentiment",
        _("Wrote a ticket that sounds"),
        SAID,
        (Related(Ticket.objects.all, at="opened_at", holds=column_holds("sentiment")),),
        lambda: Sentiment.choices,
    ),
    relation(
        "review_stars",
        _("Wrote a review with stars"),
        SAID,
        (Related(Review.objects.all, at="written_at", holds=column_holds("rating")),),
        stars,
    ),
    relation(
        "review_sentiment",
        _("Wrote a review that sounds"),
        SAID,
        (Related(Review.objects.all, at="written_at", holds=column_holds("effective_sentiment")),),
        lambda: Sentiment.choices,
    ),
    relation(
        "spoke_badly_of",
        _("Spoke badly of"),
        SAID,
        mentioned(AspectMention.Polarity.NEGATIVE),
        taxonomy_choices(Aspect),
        modifiers=(WITHIN_DAYS,),
    ),
    relation(
        "spoke_well_of",
        _("Spoke well of"),
        SAID,
        mentioned(AspectMention.Polarity.POSITIVE),
        taxonomy_choices(Aspect),
        modifiers=(WITHIN_DAYS,),
    ),
)

OTHER_FIELDS = (Field("audience", _("Audience"), OTHER, "membership", picks="audience"),)
