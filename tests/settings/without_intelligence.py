"""The product without anything that reads the records."""

from crm_site.settings import INSTALLED_APPS as ALL_APPS
from tests.settings.plain_static import *  # noqa: F403

INSTALLED_APPS = [name for name in ALL_APPS if name != "intelligence"]
