"""Registers the records with Django, and what follows their changes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """The CRM itself; it works alone, with nothing that analyses the records."""

    name = "customers"
    verbose_name = _("Customer relations")

    def ready(self) -> None:
        """Have passages follow their sources, mail follow messages, clocks and rules tickets;
        and put the records on the data map.
        """
        from customers.audit import receivers as _audit  # noqa: F401  # as below
        from customers.channels.mail import receivers as _mail  # noqa: F401  # as below
        from customers.connectors import receivers as _shops  # noqa: F401
        from customers.knowledge import receivers  # noqa: F401  # needs the app registry
        from customers.privacy import copies, records, webhooks  # noqa: F401
        from customers.privacy import receivers as erasures  # noqa: F401
        from customers.rules import receivers as rules  # noqa: F401
        from customers.sla import receivers as clocks  # noqa: F401
