"""Tickets: customers' matters with the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.base import ExternalRecord, unique_in_source
from customers.models.correction import Correction
from customers.models.custom_field import CustomValues
from customers.models.customer import Customer, sentiment_followed
from customers.models.knowledge_source import KnowledgeQuerySet, KnowledgeSource
from customers.models.order import Order
from customers.models.search import SearchedText, matching_prefixes
from customers.models.sentiment import TICKET_SENTIMENT_SQL, Sentiment
from customers.models.taxonomy import Intent
from customers.models.team import Team
from customers.models.topic import Topic
from customers.signals import rows_updated

if TYPE_CHECKING:
    from customers.models.message import Message
    from customers.models.user import User

# What complaints want, by the slugs that a shop starts with; see customers/taxonomies.py.
COMPLAINT_INTENTS = ("complaint", "get_refund", "product_fault", "wrong_item")

# What somebody still has to work on: the condition of the indexes that queues read.
OPEN_STATUSES = ("open", "pending")


class TicketQuerySet(KnowledgeQuerySet):
    """Many tickets at once."""

    def open(self) -> Self:
        """Tickets that someone still has to work on."""
        return self.filter(status__in=[Ticket.Status.OPEN, Ticket.Status.PENDING])

    def negative(self) -> Self:
        """Tickets whose customer sounded negative in the latest message."""
        return self.filter(sentiment__in=[Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE])

    def complaints(self) -> Self:
        """Open tickets whose customer sounds negative or wants what complaints want; what
        staff decided about the intent counts, and the model's opinion where there is none.
        """
        suggested = Q(intent__isnull=True, suggested_intent__in=COMPLAINT_INTENTS)
        negative = Q(sentiment__in=[Sentiment.VERY_NEGATIVE, Sentiment.NEGATIVE])
        return self.open().filter(negative | Q(intent__in=COMPLAINT_INTENTS) | suggested)

    @contextmanager
    def complaints_followed(self) -> Iterator[None]:
        """For a change of these tickets: customers with a complaint among them before or
        after it are read again, for nothing they complain about is recommended to them.
        """
        pks = list(self.order_by().values_list("pk", flat=True))
        complaints = Ticket.objects.filter(pk__in=pks).complaints()
        before = set(complaints.values_list("customer", flat=True))
        yield
        concerned = before | set(complaints.values_list("customer", flat=True))
        Customer.objects.filter(pk__in=concerned - {None}).request_analysis()

    def due(self) -> Self:
        """Tickets that wait for us by a service level; order them by `sla__next_due_at`."""
        return self.filter(sla__next_due_at__isnull=False)

    def getting_worse(self) -> Self:
        """Tickets whose customer sounds at least a step worse than in the beginning."""
        return self.filter(sentiment_trend__lte=-Ticket.STEP)

    def getting_better(self) -> Self:
        """Tickets whose customer sounds at least a step better than in the beginning."""
        return self.filter(sentiment_trend__gte=Ticket.STEP)

    def matching(self, words: str) -> Self:
        """Tickets whose subject or external id has words beginning so."""
        return matching_prefixes(self, words)

    def refresh_sentiment(self, pks: Iterable[int]) -> None:
        """Have these tickets sound as their customers' latest messages do."""
        with connection.cursor() as cursor:
            cursor.execute(TICKET_SENTIMENT_SQL, [sorted(pks)])

    def follow_messages(self, pks: Iterable[int]) -> None:
        """Have these tickets be as their messages say, once messages moved between them."""
        pks = sorted(pks)
        message: Any = Ticket.messages.field.model
        latest = message.objects.filter(ticket=OuterRef("pk")).order_by("-sent_at")
        said = Ticket.objects.filter(pk__in=pks, messages__isnull=False).distinct()
        Ticket.objects.filter(pk__in=said.values("pk")).update(
            last_message_at=latest.values("sent_at")[:1]
        )
        self.refresh_sentiment(pks)
        Ticket.tell_of(pks)
        rows_updated.send(sender=Ticket, pks=pks)

    def with_pending(self) -> Self:
        """Adds `has_pending`: whether a message of the ticket still waits to be read."""
        message: Any = Ticket.messages.field.model
        waiting = message.objects.pending().filter(ticket=OuterRef("pk"))
        return self.annotate(has_pending=Exists(waiting))


class Ticket(CustomValues, KnowledgeSource, ExternalRecord):
    """A customer's matter with the shop: a subject and a conversation.

    `intent` and `priority` are what staff decided, or a rule inside its error budget
    (`intent_set_automatically`, then by nobody); `suggested_intent` and
    `suggested_priority` what models read in the opening message. The sentiment columns
    follow the customer's latest read message;
    `sentiment_trend` is its score less that of the first, in [-2, 2], and null before there
    are two. `noted` is what staff took over from the customer's texts, by the name of the
    field: {"quantity": "2", ...}. `version` goes up with each change by staff, so that two who
    change a ticket at once do not overwrite each other. A ticket that is `snoozed_until_at` a
    time to come is left out of the queues; one that was merged leads to the one that goes on.
    """

    KNOWLEDGE_FIELDS = frozenset({"subject", "status"})
    STEP = 0.5  # between two neighbours of the five steps: a change that people notice

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        PENDING = "pending", _("waiting for customer")
        SOLVED = "solved", _("solved")
        CLOSED = "closed", _("closed")

    class Priority(models.TextChoices):
        LOW = "low", _("low")
        NORMAL = "normal", _("normal")
        HIGH = "high", _("high")
        URGENT = "urgent", _("urgent")

    class Kind(models.TextChoices):
        QUESTION = "question", _("question")
        PROBLEM = "problem", _("problem")
        REQUEST = "request", _("request")
        TASK = "task", _("task")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        WEB = "web", _("web form")
        CHAT = "chat", _("chat")
        PHONE = "phone", _("phone")
        API = "api", _("API")

    customer = models.ForeignKey(
        Customer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("customer"),
    )
    order = models.ForeignKey(
        Order,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("order"),
    )
    subject = models.CharField(_("subject"), max_length=300)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    priority = models.CharField(
        _("priority"), max_length=8, choices=Priority.choices, default=Priority.NORMAL
    )
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.EMAIL
    )
    assignee = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("assignee"),
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("team"),
    )
    kind = models.CharField(_("type"), max_length=8, choices=Kind.choices, default=Kind.QUESTION)
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True
    )
    watchers: models.ManyToManyField[User, Any] = models.ManyToManyField(
        "customers.User", related_name="+", blank=True, verbose_name=_("watchers")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    snoozed_until_at = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    first_replied_at = models.DateTimeField(_("first reply"), null=True, editable=False)
    solved_at = models.DateTimeField(_("solved at"), null=True, editable=False)
    # working minutes since it was opened, as the hours were then
    first_reply_minutes = models.FloatField(
        _("minutes to the first reply"), null=True, editable=False
    )
    solve_minutes = models.FloatField(_("minutes to the solution"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now)

    intent = models.ForeignKey(
        Intent, models.PROTECT, null=True, blank=True, verbose_name=_("intent"), related_name="+"
    )
    intent_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("intent decided by"),
    )
    intent_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("intent decided at")
    )
    intent_set_automatically = models.BooleanField(
        _("intent set automatically"), default=False, editable=False
    )
    suggested_intent = models.ForeignKey(
        Intent,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name=_("suggested intent"),
        related_name="+",
    )
    intent_probability = models.FloatField(_("probability"), null=True, editable=False)
    intent_detail = models.JSONField(_("intent detail"), default=dict, editable=False)
    priority_set_by = models.ForeignKey(
        "customers.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("priority decided by"),
    )
    priority_set_at = models.DateTimeField(
        null=True, editable=False, verbose_name=_("priority decided at")
    )
    priority_set_automatically = models.BooleanField(
        _("priority set automatically"), default=False, editable=False
    )
    suggested_priority = models.CharField(
        _("suggested priority"),
        max_length=8,
        choices=Priority.choices,
        blank=True,
        editable=False,
    )
    priority_probability = models.FloatField(_("probability"), null=True, editable=False)
    priority_detail = models.JSONField(_("priority detail"), default=dict, editable=False)
    sentiment = models.CharField(
        _("sentiment"), max_length=16, choices=Sentiment.choices, blank=True, editable=False
    )
    sentiment_score = models.FloatField(_("sentiment score"), null=True, editable=False)
    sentiment_trend = models.FloatField(_("change of sentiment"), null=True, editable=False)
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="tickets",
        verbose_name=_("topic"),
        db_index=False,
    )

    noted = models.JSONField(_("noted from the text"), default=dict, editable=False)

    search = models.GeneratedField(
        expression=SearchVector(SearchedText("subject"), "external_id", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TicketQuerySet.as_manager()
    _subject_as_loaded: str | None = None

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [unique_in_source("ticket_unique_in_source")]
        indexes = [
            GinIndex(fields=["custom"], name="ticket_custom", opclasses=["jsonb_path_ops"]),
            GinIndex(fields=["search"], name="ticket_search"),
            # the ticket list and its filters, a customer's tickets, the API
            models.Index(fields=["-last_message_at", "-id"], name="ticket_by_last_message"),
            models.Index(fields=["status", "-last_message_at"], name="ticket_by_status"),
            # the queues of a person and of a team
            models.Index(
                fields=["assignee", "status", "-last_message_at"], name="ticket_by_assignee"
            ),
            models.Index(fields=["team", "status", "-last_message_at"], name="ticket_by_team"),
            GinIndex(fields=["tags"], name="ticket_tags"),
            models.Index(fields=["suggested_intent", "-last_message_at"], name="ticket_by_intent"),
            models.Index(
                fields=["sentiment_score", "-last_message_at"], name="ticket_by_sentiment"
            ),
            models.Index(fields=["sentiment", "-last_message_at"], name="ticket_by_feeling"),
            models.Index(fields=["sentiment_trend", "-last_message_at"], name="ticket_by_trend"),
            models.Index(fields=["intent", "-last_message_at"], name="ticket_by_decision"),
            models.Index(
                fields=["suggested_priority", "-last_message_at"], name="ticket_by_urgency"
            ),
            models.Index(fields=["channel", "-last_message_at"], name="ticket_by_channel"),
            models.Index(fields=["priority", "-last_message_at"], name="ticket_by_priority"),
            models.Index(fields=["customer", "-opened_at"], name="ticket_by_customer"),
            models.Index(fields=["-created_at", "-id"], name="ticket_by_created"),
            # reports of what was solved in a period, and whom to ask how it was
            models.Index(
                fields=["solved_at"],
                name="ticket_by_solved",
                condition=Q(solved_at__isnull=False),
            ),
            models.Index(
                fields=["first_replied_at"],
                name="ticket_by_first_reply",
                condition=Q(first_replied_at__isnull=False),
            ),
            # what is answered or solved and not measured yet
            models.Index(
                fields=["id"],
                name="ticket_to_measure",
                condition=Q(first_replied_at__isnull=False, first_reply_minutes__isnull=True)
                | Q(solved_at__isnull=False, solve_minutes__isnull=True),
            ),
            # the list narrowed to a topic, and how many of each topic a period has
            models.Index(fields=["topic", "-last_message_at"], name="ticket_by_topic"),
            models.Index(
                fields=["opened_at"], include=["topic", "sentiment_score"], name="ticket_by_opened"
            ),
            # the queues of the inbox, which hold open tickets alone
            *(
                models.Index(
                    *(F(name) for name in columns),
                    F("last_message_at").desc(),
                    F("id").desc(),
                    name=f"ticket_queue_{name}",
                    condition=Q(status__in=OPEN_STATUSES),
                    # a queue is counted by its index alone: otherwise one with few tickets is
                    # looked for among all that are open
                    include=["snoozed_until_at"],
                )
                for name, columns in {
                    "all": (),
                    "assignee": ("assignee",),
                    "team": ("team",),
                    "sentiment": ("sentiment_score",),
                    "trend": ("sentiment_trend",),
                }.items()
            ),
            models.Index(
                Coalesce("intent", "suggested_intent"),
                F("last_message_at").desc(),
                F("id").desc(),
                name="ticket_queue_intent",
                condition=Q(status__in=OPEN_STATUSES),
            ),
            models.Index(
                fields=["snoozed_until_at"],
                name="ticket_queue_snoozed",
                condition=Q(snoozed_until_at__isnull=False),
            ),
        ]

    @classmethod
    def undoing(cls, pks: Sequence[int]) -> AbstractContextManager[None]:
        """For a change of these tickets: how their customers sound follows it."""
        return sentiment_followed(cls.objects.filter(pk__in=pks))

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """As Django's; remembers the subject, which the opening message is read with, and
        what tells whether it is a complaint, and about what.
        """
        ticket = super().from_db(db, field_names, values, **options)
        ticket._as_loaded = ticket._complaint_columns()
        return ticket

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a changed subject makes the opening message pending again, and the customer
        follows when a complaint begins, ends or is about something else.
        """
        is_new, before = self._state.adding, getattr(self, "_as_loaded", {})
        after = self._complaint_columns()
        with transaction.atomic():
            if is_new or before == after:
                super().save(*args, **kwargs)
            else:
                with self._itself().complaints_followed():
                    super().save(*args, **kwargs)
            if is_new and after["intent_id"]:
                with self._itself().complaints_followed():
                    pass
            if not is_new and before.get("subject") != after["subject"]:
                opening = self.messages.opening_of([self.pk])
                opening.request_analysis()
        self._as_loaded = after

    def _itself(self) -> Any:
        return type(self).objects.filter(pk=self.pk)

    def _complaint_columns(self) -> dict[str, Any]:
        names = ("subject", "customer_id", "order_id", "status", "intent_id")
        return {name: self.__dict__.get(name) for name in names}

    @property
    def effective_intent_id(self) -> str | None:
        """The intent that counts: the person's decision, else the model's opinion."""
        return self.intent_id or self.suggested_intent_id

    def set_intent(self, intent: Intent | None, *, by: User) -> None:
        """Record what staff decided; the model's opinion stays beside it."""
        self.intent, self.intent_set_by, self.intent_set_at = intent, by, timezone.now()
        self.intent_set_automatically = False
        names = ("intent", "intent_set_by", "intent_set_at", "intent_set_automatically")
        label = intent.pk if intent else ""
        with transaction.atomic():
            self.save(update_fields=[*names, "updated_at"])
            self.automatic_labels.settle("intent", label, by=by)
            Correction.objects.record("intent", self, label, by=by)

    @property
    def is_priority_decided(self) -> bool:
        """Whether the priority was chosen: by staff, by a rule inside its error budget, or
        where the ticket comes from.
        """
        return self.priority_set_at is not None or self.priority != self.Priority.NORMAL

    @property
    def likely_priority(self) -> str:
        """The priority that counts: what was chosen, else the model's opinion."""
        is_opinion = self.suggested_priority and not self.is_priority_decided
        return self.suggested_priority if is_opinion else self.priority

    def set_priority(self, priority: str, *, by: User) -> None:
        """Record what staff decided; the model's opinion stays beside it."""
        self.priority, self.priority_set_by, self.priority_set_at = priority, by, timezone.now()
        self.priority_set_automatically = False
        names = ("priority", "priority_set_by", "priority_set_at", "priority_set_automatically")
        with transaction.atomic():
            self.save(update_fields=[*names, "updated_at"])
            self.automatic_labels.settle("priority", priority, by=by)
            Correction.objects.record("priority", self, priority, by=by)

    @property
    def is_getting_worse(self) -> bool:
        """Whether the customer sounds at least a step worse than in the beginning."""
        return self.sentiment_trend is not None and self.sentiment_trend <= -self.STEP

    @property
    def is_getting_better(self) -> bool:
        """Whether the customer sounds at least a step better than in the beginning."""
        return self.sentiment_trend is not None and self.sentiment_trend >= self.STEP

    def set_order(self, order: Order | None) -> None:
        """Record which order the ticket is about."""
        self.order = order
        self.save(update_fields=["order", "updated_at"])

    def set_noted(self, name: str, value: str | None) -> None:
        """Note what the customer's text says of a field; None takes it back."""
        rest = {key: said for key, said in self.noted.items() if key != name}
        self.noted = rest if value is None else {**rest, name: value}
        self.save(update_fields=["noted", "updated_at"])

    def set_status(self, status: str) -> None:
        """Move the ticket to another status; when it was solved follows (`customers.sla`)."""
        self.status = status
        self.save(update_fields=["status", "updated_at"])

    @classmethod
    def put_back(cls, pks: Iterable[int]) -> None:
        """What follows tickets follows them where an undo put them back."""
        rows = cls.objects.filter(pk__in=list(pks))
        rows.update(version=F("version") + 1)
        cls.tell_of(pks)
        concerned = rows.exclude(customer=None).values("customer")
        Customer.objects.filter(pk__in=concerned).request_analysis()

    def add_message(self, body: str, *, author_kind: str, **columns: Any) -> Message:
        """Append a message; a customer's reopens a solved ticket and is read by models."""
        with transaction.atomic():
            message = self.messages.create(body=body, author_kind=author_kind, **columns)
            self.last_message_at = max(self.last_message_at, message.sent_at)
            if message.is_read and self.status != self.Status.OPEN:
                self.status = self.Status.OPEN
            names = ["last_message_at", "status", "updated_at"]
            if message.is_read and self.snoozed_until_at:
                self.snoozed_until_at = None
                names.append("snoozed_until_at")
            self.save(update_fields=names)
        return message


@receiver(pre_delete, sender=Ticket)
def end_complaint(instance: Ticket, **_: Any) -> None:
    """A complaint that is deleted keeps nothing from being recommended any more."""
    with instance._itself().complaints_followed():
        pass
