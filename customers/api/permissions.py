"""Who may call the API."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from customers.models import User


class HasRole(BasePermission):
    """Active users in any role; a login without a role reads and writes nothing."""

    message = "This login has no role; ask an admin for one."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user is logged in and has a role."""
        user = request.user
        return bool(user and user.is_authenticated and user.has_role(*User.ROLES))


class ManagersWrite(HasRole):
    """All roles read; managers and admins write."""

    message = "Managers and admins alone change this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user may do what the method does."""
        user: Any = request.user
        is_allowed = super().has_permission(request, view)
        return is_allowed and (request.method in SAFE_METHODS or user.is_manager)
