"""Companies, further addresses, notes, tasks, custom fields, and what lists were set up with."""

from __future__ import annotations

from django.contrib import admin

from customers.admin.base import EXTERNAL, ReadOnlyAdmin, RecordAdmin
from customers.models import (
    BulkEdit,
    Company,
    ContactPoint,
    CustomerNote,
    CustomField,
    Export,
    SavedView,
    Task,
)


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    """Companies; a new name goes to their people by the company's page."""

    list_display = ("name", "domain", "country", *EXTERNAL)
    readonly_fields = ("name", "created_at", "updated_at")
    deferred = ("search",)


@admin.register(ContactPoint)
class ContactPointAdmin(RecordAdmin):
    """Further addresses and numbers."""

    list_display = ("value", "kind", "label", "customer", "created_at")
    list_filter = ("kind",)
    list_select_related = ("customer",)
    raw_id_fields = ("customer",)


@admin.register(CustomField)
class CustomFieldAdmin(ReadOnlyAdmin):
    """The shop's own fields, which managers make on their page."""

    list_display = ("name", "record", "key", "type", "is_required", "is_filterable")
    list_filter = ("record",)


@admin.register(CustomerNote)
class CustomerNoteAdmin(ReadOnlyAdmin):
    """What staff noted."""

    list_display = ("__str__", "customer", "by", "written_at", "pinned_at")
    list_select_related = ("customer", "by")


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """What staff have to do."""

    list_display = ("title", "assignee", "due_on", "customer", "ticket", "done_at")
    list_select_related = ("assignee", "customer", "ticket")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Lists as staff set them up."""

    list_display = ("list_name", "name", "owner", "shared_with", "team")
    list_select_related = ("owner", "team")


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Lists that were written into files."""

    list_display = ("__str__", "created_by", "status", "row_count", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("created_by",)


@admin.register(BulkEdit)
class BulkEditAdmin(ReadOnlyAdmin):
    """Edits of many customers at once."""

    list_display = ("action", "created_by", "status", "row_count", "created_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("created_by",)
