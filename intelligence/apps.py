"""Connects the analysis to the records' doorbell."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntelligenceConfig(AppConfig):
    """Reads the records; taking it out of INSTALLED_APPS leaves a working CRM."""

    name = "intelligence"
    verbose_name = _("Intelligence")

    def ready(self) -> None:
        """Listen for `analysis_requested`."""
        from intelligence import receivers  # noqa: F401  # needs the app registry
