"""The people who work with the records, and their roles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _

from customers.models.role_rule import Rights, rights_of

if TYPE_CHECKING:
    from customers.models.api_key import ApiKey


class User(AbstractUser):
    """A member of staff or a partner system; roles are the groups named in `ROLES`.

    `acting_key` is the API key that this request came with; it narrows what the user may do.
    """

    ROLES = ("agent", "lead", "manager", "admin", "partner")
    STAFF_ROLES = ("agent", "lead", "manager", "admin")
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
        """Whether the user is a person of the shop: agents, leads, managers and admins are, and
        logins without a role, as on all screens; a partner's system is not.
        """
        return not self.has_role("partner") or self.has_role(*self.STAFF_ROLES)

    @cached_property
    def rights(self) -> Rights:
        """Which rows the user's roles reach, what is hidden from them, whether they export."""
        return rights_of(self)

    @cached_property
    def is_lead(self) -> bool:
        """Whether the user leads the teams that they are in."""
        return self.has_role("lead")

    def leads(self, person_pk: int | None) -> bool:
        """Whether somebody is of a team that the user leads."""
        if person_pk is None or not self.is_lead:
            return False
        return type(self).objects.filter(pk=person_pk, teams__members=self).exists()

    def may_undo_acts_of(self, person_pk: int | None) -> bool:
        """Managers undo what anybody did, leads what their teams did, others what they did."""
        return self.is_manager or person_pk == self.pk or self.leads(person_pk)
