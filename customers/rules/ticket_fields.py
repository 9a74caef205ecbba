"""What rules, service levels and queues can ask of a ticket; one entry a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from customers.audiences.customer_fields import taxonomy_choices, value_choices
from customers.audiences.fields import Field
from customers.audiences.registry import Registry
from customers.audiences.related_fields import with_intents
from customers.models import Customer, Intent, Message, Segment, Sentiment, Team, Ticket, User
from customers.models.search import prefix_query
from customers.rules.working_time import within_hours

SAID, MODELS, DESK, TIME, WHO = "said", "models", "desk", "time", "who"
GROUPS: Mapping[str, Any] = {
    SAID: _("What was written"),
    MODELS: _("What models say"),
    DESK: _("On the desk"),
    TIME: _("Time"),
    WHO: _("Who writes"),
}
AGE: dict[str, Any] = {"kind": "age", "group": TIME, "unit": _("hours"), "lowest": Decimal(0)}
AGE |= {"highest": Decimal(24 * 365), "model": Ticket}
MOST_TAGS = 40


def nobody() -> Q:
    """A condition that no ticket meets."""
    return Q(pk__in=[])


def any_of(conditions: Iterable[Q]) -> Q:
    """Tickets that meet one of these; none where there are none."""
    return reduce(or_, conditions, nobody())


def subject_has(words: Sequence[str]) -> Q:
    """Every word begins one of the subject."""
    query = prefix_query(words[0])
    return nobody() if query is None else Q(search=query)


def customer_wrote(words: Sequence[str]) -> Q:
    """Every word begins one of a message of the customer."""
    said = Message.objects.from_customers().filter(ticket=OuterRef("pk"))
    return Q(Exists(said.matching(words[0]))) if prefix_query(words[0]) else nobody()


def latest_says(words: Sequence[str]) -> Q:
    """Every word begins one of the customer's latest message."""
    if not prefix_query(words[0]):
        return nobody()
    said = Message.objects.from_customers()
    later = said.filter(ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"))
    latest = said.filter(~Exists(later), ticket=OuterRef("pk"))
    return Q(Exists(latest.matching(words[0])))


def written_from(addresses: Sequence[str]) -> Q:
    """The customer's e-mail is one of these, or of one of these domains."""
    return any_of(
        Q(customer__email__iexact=one)
        if "@" in one.lstrip("@")
        else Q(customer__email__iendswith=f"@{one.lstrip('@')}")
        for one in addresses
    )


def in_segments(segments: Sequence[str]) -> Q:
    """The decision of staff counts, and the model's opinion where there is none."""
    chosen = list(segments)
    suggested = Q(customer__segment__isnull=True, customer__suggested_segment__in=chosen)
    return Q(customer__segment__in=chosen) | suggested


def likely_priority(priorities: Sequence[str]) -> Q:
    """What was chosen counts, and the model's opinion where nobody chose."""
    chosen = list(priorities)
    opinion = Q(priority_set_at__isnull=True, priority="normal", suggested_priority__in=chosen)
    undecided = Q(priority_set_at__isnull=True, priority="normal") & ~Q(suggested_priority="")
    return opinion | (Q(priority__in=chosen) & ~undecided)


def moving(trends: Sequence[str]) -> Q:
    """How the customer sounds now beside how they sounded in the beginning."""
    known = {
        "worse": Q(sentiment_trend__lte=-Ticket.STEP),
        "better": Q(sentiment_trend__gte=Ticket.STEP),
    }
    return any_of(known[trend] for trend in trends)


def has_tags(column: str) -> Callable[[Sequence[str]], Q]:
    """One of these tags is among those of the column."""
    return lambda tags: Q(**{f"{column}__overlap": [tag.lower() for tag in tags]})


def is_late(_values: Sequence[str]) -> Q:
    """The first reply or the solution was missed."""
    return Q(sla__first_response_breached=True) | Q(sla__resolution_breached=True)


def keyed(column: str) -> Callable[[Sequence[str]], Q]:
    """The foreign key is one of these."""
    return lambda keys: Q(**{f"{column}__in": [int(key) for key in keys if key.isdecimal()]})


def choices_of(choices: Any) -> Callable[[], Iterable[tuple[str, Any]]]:
    """The choices that a column declares."""
    return lambda: choices


def staff_choices() -> list[tuple[str, str]]:
    """Everybody who can be given a ticket."""
    rows = User.objects.filter(is_active=True).exclude(groups__name="partner")
    return [(str(user.pk), user.get_full_name() or user.username) for user in rows.order_by("pk")]


def team_choices() -> list[tuple[str, str]]:
    """All teams."""
    return [(str(team.pk), team.name) for team in Team.objects.all()]


def _choice(name: str, label: Any, group: str, **more: Any) -> Field:
    return Field(name, label, group, "choice", **more)


EVERY: tuple[Field, ...] = (
    Field("subject_words", _("subject"), SAID, "words", among=subject_has),
    Field("text_words", _("text of the customer"), SAID, "words", among=customer_wrote),
    Field("latest_words", _("latest message of the customer"), SAID, "words", among=latest_says),
    _choice(
        "from",
        _("e-mail address or domain"),
        SAID,
        among=written_from,
        picks="text",
        nothing=Q(customer__email="") | Q(customer=None),
    ),
    _choice(
        "intent",
        _("intent, decided or suggested"),
        MODELS,
        among=with_intents,
        choices=taxonomy_choices(Intent),
        nothing=Q(intent=None, suggested_intent=None),
    ),
    Field(
        "intent_probability",
        _("probability of the suggested intent"),
        MODELS,
        "number",
        column="intent_probability",
        unit="%",
        scale=100,
        lowest=Decimal(0),
        highest=Decimal(100),
        nothing=Q(intent_probability=None),
        model=Ticket,
    ),
    _choice(
        "sentiment",
        _("how the customer sounds"),
        MODELS,
        column="sentiment",
        choices=choices_of(Sentiment.choices),
        nothing=Q(sentiment=""),
        model=Ticket,
    ),
    _choice(
        "trend",
        _("sentiment gets"),
        MODELS,
        among=moving,
        choices=choices_of([("worse", _("worse")), ("better", _("better"))]),
    ),
    _choice(
        "status",
        _("status"),
        DESK,
        column="status",
        choices=choices_of(Ticket.Status.choices),
        model=Ticket,
    ),
    _choice(
        "priority",
        _("priority, chosen or suggested"),
        DESK,
        among=likely_priority,
        choices=choices_of(Ticket.Priority.choices),
    ),
    _choice(
        "channel",
        _("channel"),
        DESK,
        column="channel",
        choices=choices_of(Ticket.Channel.choices),
        model=Ticket,
    ),
    _choice(
        "kind",
        _("type"),
        DESK,
        column="kind",
        choices=choices_of(Ticket.Kind.choices),
        model=Ticket,
    ),
    _choice(
        "team", _("team"), DESK, among=keyed("team"), choices=team_choices, nothing=Q(team=None)
    ),
    _choice(
        "assignee",
        _("assignee"),
        DESK,
        among=keyed("assignee"),
        choices=staff_choices,
        nothing=Q(assignee=None),
    ),
    _choice("tags", _("tags"), DESK, among=has_tags("tags"), picks="text", nothing=Q(tags=[])),
    Field("late", _("a service level was missed"), DESK, "boolean", among=is_late),
    Field(
        "in_hours",
        _("latest message came in business hours"),
        TIME,
        "boolean",
        among=lambda _values: within_hours("last_message_at"),
    ),
    Field("opened_age", _("hours since it was opened"), column="opened_at", **AGE),
    Field("message_age", _("hours since the latest message"), column="last_message_at", **AGE),
    Field("changed_age", _("hours since the latest change"), column="updated_at", **AGE),
    Field("solved_age", _("hours since it was solved"), column="solved_at", **AGE),
    _choice(
        "segment",
        _("segment of the customer"),
        WHO,
        among=in_segments,
        choices=taxonomy_choices(Segment),
        nothing=Q(customer__segment=None, customer__suggested_segment=None),
    ),
    _choice(
        "country",
        _("country of the customer"),
        WHO,
        among=lambda values: Q(customer__country__in=list(values)),
        choices=value_choices(Customer, "country"),
        is_open=True,
        nothing=Q(customer__country="") | Q(customer=None),
    ),
    _choice(
        "language",
        _("language of the customer"),
        WHO,
        among=lambda values: Q(customer__language__in=list(values)),
        picks="text",
        nothing=Q(customer__language="") | Q(customer=None),
    ),
    _choice(
        "customer_tags",
        _("tags of the customer"),
        WHO,
        among=has_tags("customer__tags"),
        picks="text",
    ),
)


@cache
def ticket_fields() -> Mapping[str, Field]:
    """The fields by name."""
    return {field.name: field for field in EVERY}


TICKETS = Registry(ticket_fields, GROUPS, "intent")
