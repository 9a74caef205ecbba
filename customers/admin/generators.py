"""Generators, what was generated, and the egress ledger; they are set on their own page."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin
from customers.models import (
    EgressRecord,
    GenerationLog,
    Generator,
    GeneratorTrial,
    GeneratorUse,
)


@admin.register(Generator)
class GeneratorAdmin(ReadOnlyAdmin):
    """Which generators there are."""

    list_display = ("name", "kind", "model", "base_url", "on_own_network", "created_by")
    list_select_related = ("created_by",)
    ordering = ("name",)
    sortable_by = ()
    export_columns = (
        *("name", "kind", "model", "base_url", "on_own_network", "key_variable", "max_tokens"),
        *("timeout_s", "price_in", "price_out", "currency", "created_by__username", "created_at"),
    )


@admin.register(GeneratorUse)
class GeneratorUseAdmin(ReadOnlyAdmin):
    """Which feature uses one, and who switched it on."""

    list_display = ("feature", "generator", "is_on", "monthly_tokens", "set_by", "set_at")
    list_select_related = ("generator", "set_by")
    ordering = ("feature",)
    sortable_by = ()
    export_columns = (
        *("feature", "generator__name", "is_on", "monthly_tokens", "set_by__username", "set_at"),
    )


@admin.register(GeneratorTrial)
class GeneratorTrialAdmin(ReadOnlyAdmin):
    """Try-outs."""

    list_display = ("generator", "status", "latency_ms", "requested_by", "created_at")
    list_select_related = ("generator", "requested_by")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    export_columns = (
        *("generator__name", "status", "text", "error", "tokens", "latency_ms"),
        *("requested_by__username", "created_at", "finished_at"),
    )


@admin.register(GenerationLog)
class GenerationLogAdmin(ReadOnlyAdmin):
    """Each text that was asked for: tokens, cost, latency."""

    list_display = (
        *("started_at", "feature", "user", "generator_name", "outcome", "tokens_in"),
        *("tokens_out", "cost", "latency_ms"),
    )
    list_filter = ("feature", "outcome")
    list_select_related = ("user",)
    ordering = ("-started_at", "-id")
    sortable_by = ()
    export_columns = (
        *("started_at", "feature", "user__username", "generator_name", "model_name", "is_local"),
        *("outcome", "detail", "tokens_in", "tokens_out", "cost", "currency", "latency_ms"),
    )


@admin.register(EgressRecord)
class EgressRecordAdmin(ReadOnlyAdmin):
    """Each request that left this machine."""

    list_display = (
        *("sent_at", "feature", "user", "host", "outcome", "status", "bytes_out", "bytes_in"),
        *("tokens_in", "tokens_out", "cost", "latency_ms"),
    )
    list_filter = ("feature", "outcome")
    list_select_related = ("user",)
    ordering = ("-sent_at", "-id")
    sortable_by = ()
    export_columns = (
        *("sent_at", "feature", "user__username", "generator_name", "host", "method", "address"),
        *("purpose", "fields", "body", "masked", "bytes_out", "bytes_in", "tokens_in"),
        *("tokens_out", "cost", "currency", "latency_ms", "outcome", "status", "detail"),
    )
