"""Who may call the API."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from customers.models import ApiKey, User
from customers.partners.scopes import READ, WRITE


class HasRole(BasePermission):
    """Active users in any role; a login without a role reads and writes nothing. A key opens
    those parts of the API that its scopes name, and no view that names no part, apart from the
    list of addresses.
    """

    message = "This login has no role; ask an admin for one."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user is logged in and has a role, and the key the scope."""
        user = request.user
        is_known = bool(user and user.is_authenticated and user.has_role(*User.ROLES))
        return is_known and self._has_scope(request, view)

    def _has_scope(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey) or getattr(view, "lists_addresses", False):
            return True
        scope = f"{getattr(view, 'scope', '')}:{_verb(request, view)}"
        if not request.auth.allows(scope):
            self.message = f"This key lacks the scope {scope}."
            return False
        return True


class ManagersWrite(HasRole):
    """All roles read; managers and admins write."""

    message = "Managers and admins alone change this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may do what the method does."""
        user: Any = request.user
        is_allowed = super().has_permission(request, view)
        return is_allowed and (request.method in SAFE_METHODS or user.is_manager)


def _verb(request: Request, view: Any) -> str:
    only_looks = getattr(view, "action", "") in getattr(view, "reading_actions", ())
    return READ if request.method in SAFE_METHODS or only_looks else WRITE
