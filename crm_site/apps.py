"""The composition root as an app, for its management commands."""

from django.apps import AppConfig


class CrmSiteConfig(AppConfig):
    """Nothing but commands."""

    name = "crm_site"
