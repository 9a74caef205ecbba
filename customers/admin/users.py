"""The people who work with the records."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin.actions import export_csv
from customers.admin.base import ReadOnlyAdmin
from customers.models import RoleRule, User
from customers.paging import CappedPaginator


@admin.register(RoleRule)
class RoleRuleAdmin(ReadOnlyAdmin):
    """What roles reach; changed on the page of roles."""

    list_display = ("role", "tickets", "customers", "hidden", "may_export")
    export_columns = list_display
    search_fields = ("role",)
    ordering = ("role",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Logins and their roles, which are groups."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = (export_csv,)
    list_display = ("username", "email", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    readonly_fields = ("last_login", "date_joined")
    export_columns = (
        *("username", "email", "first_name", "last_name", "is_active", "is_staff"),
        *("is_superuser", "last_login", "date_joined"),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        """With the groups, which the list shows."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        """The names of the user's groups."""
        return ", ".join(group.name for group in user.groups.all())
