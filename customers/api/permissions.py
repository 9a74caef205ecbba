"""Who may call the API."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from customers.models import User


class HasRole(BasePermission):
    """Active users in any role; a login without a role reads and writes nothing."""

    message = "This login has no role; ask an admin for one."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the user is logged in and has a role."""
        user = request.user
        return bool(user and user.is_authenticated and user.has_role(*User.ROLES))
