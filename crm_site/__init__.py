"""The composition root: settings, addresses, the Celery app, the embedded services."""

from crm_site.celery import app as celery_app

__all__ = ["celery_app"]
