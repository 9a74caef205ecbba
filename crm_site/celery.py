"""The Celery app: tasks of every installed app, settings named `CELERY_*`."""

import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init
from django.conf import settings
from django.db import close_old_connections

from crm_site.services.process import die_with_parent, limit_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")

# It warns root of messages that run code when they are unpickled; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

NICE = 10  # of 19

app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def give_way(**_: Any) -> None:
    """Models read with what pages leave of the processors: nobody waits for a page because a
    thousand rows were imported. Linux counts by sessions, each of our processes is one.
    """
    os.nice(NICE)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICE))


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool process must not outlive a worker that was killed."""
    die_with_parent(parent=os.getppid())


@worker_process_init.connect
def take_no_more_memory(**_: Any) -> None:
    """One text must not take the memory of the whole machine."""
    limit_memory(settings.WORKER_MEMORY_MB)


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(**_: Any) -> None:
    """As around a request: what broke or is too old is closed, what is good serves on."""
    close_old_connections()
