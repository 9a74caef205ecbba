"""Registers the records with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """The CRM itself; it works alone, with nothing that analyses the records."""

    name = "customers"
    verbose_name = _("Customer relations")
