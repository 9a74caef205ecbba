"""The product's settings, with static files that `collectstatic` has not seen."""

from crm_site.settings import *  # noqa: F403
from crm_site.settings import STORAGES as PRODUCT_STORAGES

STORAGES = PRODUCT_STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
