"""The Celery app: tasks of every installed app, settings named `CELERY_*`."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init

from crm_site.services.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")

# It warns root of messages that run code when they are unpickled; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool process must not outlive a worker that was killed."""
    die_with_parent(parent=os.getppid())
