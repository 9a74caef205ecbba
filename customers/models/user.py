"""The people who work with the records, and their roles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from customers.models.api_key import ApiKey


class User(AbstractUser):
    """A member of staff or a partner system; roles are the groups named in `ROLES`.

    `acting_key` is the API key that this request came with; it narrows what the user may do.
    """

    ROLES = ("agent", "manager", "admin", "partner")
    acting_key: ApiKey | None = None

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def has_role(self, *roles: str) -> bool:
        """Whether the user is in one of these roles; superusers are in all."""
        return self.is_superuser or not self.role_names.isdisjoint(roles)

    @cached_property
    def role_names(self) -> frozenset[str]:
        """The roles that the user was given."""
        return frozenset(self.groups.values_list("name", flat=True))

    @cached_property
    def is_manager(self) -> bool:
        """Whether the user decides about models: managers and admins do."""
        return self.has_role("manager", "admin")

    @cached_property
    def is_admin(self) -> bool:
        """Whether the user sets up what the shop opens to others: admins do."""
        return self.has_role("admin")

    @cached_property
    def is_staff_member(self) -> bool:
        """Whether the user is a person of the shop: agents, managers and admins are, and
        logins without a role, as on all screens; a partner's system is not.
        """
        return not self.has_role("partner") or self.has_role("agent", "manager", "admin")
