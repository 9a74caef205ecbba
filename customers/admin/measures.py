"""Exchange rates, and what bulk computations keep: moves of RFM classes, cohorts, refreshes."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import ReadOnlyAdmin, RecordAdmin
from customers.models import CohortCell, ExchangeRate, Refresh, RfmChange


@admin.register(ExchangeRate)
class ExchangeRateAdmin(RecordAdmin):
    """Rates, entered by hand; the sums of all customers follow within minutes."""

    list_display = ("__str__", "base_currency", "currency", "rate", "valid_from_on", "updated_at")
    list_filter = ("base_currency", "currency")
    ordering = ("base_currency", "currency", "-valid_from_on")
    fields = ("base_currency", "currency", "rate", "valid_from_on")
    export_columns = ("base_currency", "currency", "rate", "valid_from_on", "updated_at")


@admin.register(RfmChange)
class RfmChangeAdmin(ReadOnlyAdmin):
    """Who went from which RFM class to which."""

    list_display = ("customer", "from_class", "to_class", "changed_at")
    list_filter = ("from_class", "to_class", "changed_at")
    list_select_related = ("customer",)
    deferred = ("customer__search",)
    ordering = ("-id",)
    sortable_by = ()
    export_columns = (
        *("customer_id", "customer__external_id", "customer__email"),
        *("from_class", "to_class", "changed_at"),
    )


@admin.register(CohortCell)
class CohortCellAdmin(ReadOnlyAdmin):
    """What the customers of one month did in a later one."""

    list_display = (
        *("cohort_on", "months_since", "source", "currency", "customers", "orders", "revenue"),
    )
    list_filter = ("source", "currency")
    ordering = ("-cohort_on", "months_since", "id")
    sortable_by = ()
    export_columns = (
        *("source", "currency", "cohort_on", "months_since", "customers", "orders", "revenue"),
    )


@admin.register(Refresh)
class RefreshAdmin(ReadOnlyAdmin):
    """When measures and values were last computed, and how long that took."""

    list_display = ("name", "refreshed_at", "took_seconds")
    ordering = ("name",)
    sortable_by = ()
    export_columns = ("name", "refreshed_at", "took_seconds", "state")
