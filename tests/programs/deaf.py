"""A worker that does not hear that it should end: what the stop of a worker is held against."""

from celery.signals import worker_shutting_down

from crm_site.celery import app
from intelligence.ending import begin_to_end

worker_shutting_down.disconnect(begin_to_end)

__all__ = ["app"]
