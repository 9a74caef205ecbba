"""An agent at the screens."""

from tests.customers.views.conftest import agent

__all__ = ["agent"]
