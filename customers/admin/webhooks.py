"""Webhooks out and in; they are set, tried and replayed on their own pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import (
    Connector,
    DomainEvent,
    InboundWebhook,
    ShopStatus,
    SourceVersion,
    WebhookDelivery,
    WebhookEndpoint,
)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Which systems hear of events; what their secrets are made from is not shown."""

    list_display = (
        *("name", "address", "is_active", "last_delivered_at", "failures_in_row", "probe_at"),
    )
    ordering = ("name", "id")
    sortable_by = ()
    exclude = ("salt", "previous_salt")
    export_columns = (
        *("name", "address", "event_types", "is_active", "last_delivered_at", "failures_in_row"),
        *("opened_at", "last_error"),
    )


@admin.register(DomainEvent)
class DomainEventAdmin(ReadOnlyAdmin):
    """What happened, and was told to somebody."""

    list_display = ("happened_at", "type", "record_id", "source", "external_id")
    ordering = ("-happened_at", "-id")
    sortable_by = ()
    export_columns = (
        *("happened_at", "uuid", "type", "kind", "record_id", "source", "external_id", "changed"),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Events on their way."""

    list_display = ("event", "endpoint", "status", "attempts", "due_at", "delivered_at", "error")
    list_select_related = ("event", "endpoint")
    ordering = ("-id",)
    sortable_by = ()
    export_columns = (
        *("event__uuid", "event__type", "endpoint__name", "status", "attempts", "due_at"),
        *("tried_at", "delivered_at", "answer_status", "error"),
    )


@admin.register(Connector)
class ConnectorAdmin(ReadOnlyAdmin):
    """Shops that tell of their records."""

    list_display = ("name", "kind", "source", "is_active", "sends_status", "last_received_at")
    ordering = ("name", "id")
    sortable_by = ()
    export_columns = (
        *("name", "kind", "source", "is_active", "sends_status", "address", "last_received_at"),
    )


@admin.register(InboundWebhook)
class InboundWebhookAdmin(ReadOnlyAdmin):
    """What shops told; the bodies stay on their rows."""

    list_display = ("received_at", "connector", "topic", "status", "attempts", "error")
    list_select_related = ("connector",)
    list_filter = ("status",)
    ordering = ("-id",)
    sortable_by = ()
    exclude = ("body",)
    export_columns = (
        *("received_at", "connector__name", "topic", "webhook_id", "sha256", "status"),
        *("attempts", "error"),
    )


@admin.register(ShopStatus)
class ShopStatusAdmin(ReadOnlyAdmin):
    """What shops are told of their orders."""

    list_display = ("created_at", "connector", "order", "said", "status", "attempts", "error")
    list_select_related = ("connector", "order")
    ordering = ("-id",)
    sortable_by = ()
    export_columns = (
        *("created_at", "connector__name", "order__number", "said", "status", "attempts"),
        "error",
    )


@admin.register(SourceVersion)
class SourceVersionAdmin(ReadOnlyAdmin):
    """How new records are by the clocks of their sources."""

    list_display = ("version_at", "kind", "source", "external_id", "is_deleted")
    ordering = ("-version_at", "-id")
    sortable_by = ()
    export_columns = (
        *("version_at", "kind", "source", "external_id", "is_deleted", "record_keys"),
    )
