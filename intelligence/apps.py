"""Connects the analysis to the records' doorbell."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntelligenceConfig(AppConfig):
    """Reads the records; taking it out of INSTALLED_APPS leaves a working CRM."""

    name = "intelligence"
    verbose_name = _("Intelligence")

    def ready(self) -> None:
        """Listen for `analysis_requested`, and put what machines keep on the data map."""
        from intelligence import privacy, receivers  # noqa: F401  # needs the app registry
