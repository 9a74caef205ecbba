"""Tickets and their messages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext_lazy as _

from customers.admin.base import (
    ANALYSIS,
    ANALYSIS_COLUMNS,
    EXTERNAL,
    FELT,
    FELT_COLUMNS,
    AnalysableAdmin,
    DecisionAdmin,
    FeltAdmin,
)
from customers.admin.filters import AnalysisStateFilter, FeelingFilter, MessagesStateFilter
from customers.admin.results import prediction, state_shown
from customers.admin.search import IndexedSearch
from customers.desk.acting import acting
from customers.models import Intent, Message, Ticket
from customers.templatetags.records import percent, signed

MOST_MESSAGES = 20

DECIDED = ("intent_set_by", "intent_set_at", "intent_set_automatically")
PRIORITY_DECIDED = ("priority_set_by", "priority_set_at", "priority_set_automatically")
OPINION = (
    *("suggested_intent", "intent_reading", "suggested_priority", "priority_reading"),
    *("sentiment", "feeling"),
)


class LatestMessages(BaseInlineFormSet):
    """The latest `MOST_MESSAGES` messages of a ticket."""

    queryset: Any

    def get_queryset(self) -> models.QuerySet:
        """The messages that are shown, oldest first."""
        if not hasattr(self, "_queryset"):
            latest = self.queryset.order_by("-sent_at", "-id").values("pk")[:MOST_MESSAGES]
            self._queryset = self.queryset.filter(pk__in=latest).order_by("sent_at", "id")
        return self._queryset


class MessageInline(admin.TabularInline):
    """The end of the conversation, and a place to add to it."""

    model = Message
    formset = LatestMessages
    fields = ("sent_at", "author_kind", "is_internal", "body", "sentiment", "analysis_state")
    readonly_fields = ("sent_at", "sentiment", "analysis_state")
    verbose_name_plural = format_lazy(_("messages (the latest {n})"), n=MOST_MESSAGES)
    show_change_link = True
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was said is not rewritten here; a message has a page of its own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changes."""
        return False

    @admin.display(description=_("analysis"))
    def analysis_state(self, message: Message) -> str:
        """Whether the message waits, was read, or was set aside."""
        return state_shown(message)


@admin.register(Ticket)
class TicketAdmin(IndexedSearch, DecisionAdmin, AnalysableAdmin):
    """Tickets: the intent that staff decided beside the one that a model read."""

    decision = "intent"
    list_display = (
        "subject",
        "customer",
        "status",
        "priority",
        "assignee",
        "intent",
        "suggestion",
        "sentiment",
        "last_message_at",
    )
    list_filter = (
        "status",
        MessagesStateFilter,
        "priority",
        "suggested_priority",
        "channel",
        FeelingFilter,
        "intent",
        "suggested_intent",
        "assignee",
        "last_message_at",
    )
    list_select_related = ("customer", "assignee", "intent", "suggested_intent")
    deferred = ("search", "customer__search")
    search_fields = ("search", "customer__search")
    search_help_text = _("Beginnings of words of the subject, or of the customer.")
    ordering = ("-last_message_at", "-id")
    sortable_by = ("last_message_at",)
    autocomplete_fields = ("customer", "order", "assignee")
    readonly_fields = (
        *DECIDED,
        *PRIORITY_DECIDED,
        *OPINION,
        "conversation",
        "last_message_at",
        "created_at",
        "updated_at",
    )
    inlines = (MessageInline,)
    fieldsets = (
        (None, {"fields": ("subject", "customer", "order", "conversation")}),
        (_("Work"), {"fields": ("status", "priority", *PRIORITY_DECIDED, "channel", "assignee")}),
        (_("Intent, decided by staff"), {"fields": ("intent", *DECIDED)}),
        (_("Read by models"), {"fields": OPINION}),
        (_("Origin"), {"fields": (*EXTERNAL, "opened_at", "last_message_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("subject", "status", "priority", "channel", "assignee__username"),
        *("customer_id", "customer__external_id", "customer__email", "order__number"),
        *("opened_at", "last_message_at"),
        *("intent_id", "intent_set_by__username", "intent_set_at"),
        *("suggested_intent_id", "intent_probability", "sentiment", "sentiment_score"),
        *("priority_set_by__username", "priority_set_at"),
        *("suggested_priority", "priority_probability"),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """As for the intent: a changed priority records who decided it and when. A change is
        an act of the journal, so that whoever has the ticket open is told of it.
        """
        if not change:
            super().save_model(request, obj, form, change)
            return
        by: Any = request.user
        with acting([obj.pk], by=by):
            super().save_model(request, obj, form, change)
            if "priority" in form.changed_data:
                obj.set_priority(obj.priority, by=by)

    def view_on_site(self, ticket: Ticket) -> str:
        """The ticket's page."""
        return reverse("ticket", args=[ticket.pk])

    def read_rows(self, rows: models.QuerySet) -> Any:
        """What models read of a ticket: its messages."""
        return Message.objects.filter(ticket__in=rows.order_by().values("pk"))

    def save_formset(self, request: Any, form: ModelForm, formset: Any, change: bool) -> None:
        """Add new messages by the ticket's own verb, which reopens it where that is due."""
        ticket: Any = form.instance
        for message in formset.save(commit=False):
            is_ours = message.author_kind == Message.Author.AGENT
            ticket.add_message(
                message.body,
                author_kind=message.author_kind,
                author=request.user if is_ours else None,
                is_internal=message.is_internal and is_ours,
            )

    @admin.display(description=_("suggested intent"))
    def suggestion(self, ticket: Ticket) -> str:
        """The model's opinion and how sure it is."""
        suggested = ticket.suggested_intent
        return f"{suggested} {percent(ticket.intent_probability)}" if suggested else ""

    @admin.display(description=_("intent detail"))
    def intent_reading(self, ticket: Ticket) -> str:
        """Why the model says so."""
        names = {intent.slug: str(intent) for intent in Intent.objects.all()}
        return prediction(ticket.intent_detail, names)

    @admin.display(description=_("priority detail"))
    def priority_reading(self, ticket: Ticket) -> str:
        """Why the model says so."""
        return prediction(ticket.priority_detail, dict(Ticket.Priority.choices))

    @admin.display(description=_("score"))
    def feeling(self, ticket: Ticket) -> str:
        """The sentiment score of the customer's latest message, from -1 to 1."""
        return signed(ticket.sentiment_score)

    @admin.display(description=_("conversation"))
    def conversation(self, ticket: Ticket) -> str:
        """The way to all messages."""
        address = reverse("admin:customers_message_changelist")
        query = f"?ticket__id__exact={ticket.pk}"
        return format_html('<a href="{}{}">{}</a>', address, query, _("All messages"))


@admin.register(Message)
class MessageAdmin(IndexedSearch, FeltAdmin):
    """Messages; they are added on the page of their ticket."""

    list_display = (
        "beginning",
        "ticket",
        "author_kind",
        "sent_at",
        "language",
        "sentiment",
        "feeling",
        "analysis_state",
    )
    list_filter = (AnalysisStateFilter, "author_kind", "sentiment")
    list_select_related = ("ticket",)
    deferred = ("ticket__search", "ticket__intent_detail")
    search_fields = ("ticket__search",)
    search_help_text = _("Beginnings of words of the ticket's subject.")
    ordering = ("-id",)
    sortable_by = ()
    readonly_fields = ("ticket", *FELT, *ANALYSIS, "created_at", "updated_at")
    autocomplete_fields = ("author",)
    fieldsets = (
        (None, {"fields": ("ticket", "author_kind", "author", "is_internal", "sent_at", "body")}),
        (_("Read by models"), {"fields": FELT}),
        (_("Analysis"), {"fields": ANALYSIS, "classes": ("collapse",)}),
        (_("Origin"), {"fields": (*EXTERNAL, "created_at", "updated_at")}),
    )
    export_columns = (
        *EXTERNAL,
        *("ticket_id", "ticket__subject", "author_kind", "author__username", "sent_at", "body"),
        *FELT_COLUMNS,
        *ANALYSIS_COLUMNS,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Not here, but by the verb of its ticket."""
        return False

    def delete_model(self, request: HttpRequest, obj: Message) -> None:
        """Delete; the rest of the conversation is read again, for the ticket follows it."""
        rest: Any = obj.ticket.messages
        super().delete_model(request, obj)
        rest.request_analysis()

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        """As for one, of all tickets concerned."""
        tickets = list(queryset.order_by().values_list("ticket", flat=True).distinct())
        super().delete_queryset(request, queryset)
        Message.objects.filter(ticket__in=tickets).request_analysis()

    @admin.display(description=_("text"))
    def beginning(self, message: Message) -> str:
        """The first words."""
        return Truncator(message.body).chars(80)
