"""Carrying out exports and bulk edits: one process at a time each, cut off ones taken up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from customers.lists.bulk import edit_rows
from customers.lists.exporting import forget_old_files, write_file
from customers.lists.rows import BadQuery
from customers.locks import held
from customers.models import AccessExport, BulkEdit, Export
from customers.models.job import Job
from customers.privacy.access import forget_expired, write_access

logger = logging.getLogger(__name__)

WORK: Mapping[type[Job], tuple[int, Callable[[Any], None]]] = {
    Export: (7321, write_file),
    BulkEdit: (7322, edit_rows),
    AccessExport: (7_310_082, write_access),
}


def carry_out(model: type[Job], pk: int) -> bool:
    """Do a job as far as it is not done; False when it has ended or another process is at
    it. Whatever goes wrong stands on its row.
    """
    space, work = WORK[model]
    jobs: Any = model._default_manager
    with held(space, pk) as is_mine:
        job = jobs.unfinished().filter(pk=pk).first() if is_mine else None
        if job is None:
            return False
        if job.attempts >= Job.MAX_ATTEMPTS:
            job.finish(Job.Status.FAILED, _("It was cut off three times, and is given up."))
            return True
        jobs.filter(pk=pk).update(status=Job.Status.RUNNING, attempts=job.attempts + 1)
        try:
            work(job)
        except BadQuery as bad:
            job.finish(Job.Status.FAILED, str(bad))
        except Exception as error:
            # whatever happened, the page must not show a job that runs for ever
            logger.exception("%s %s failed", model.__name__, pk)
            job.finish(Job.Status.FAILED, f"{type(error).__name__}: {error}")
        else:
            ended = Job.Status.CANCELLED if job.was_cancelled else Job.Status.DONE
            job.finish(ended)
        return True


def take_up() -> int:
    """Do what waits, and what a worker that died has left; how many jobs that were."""
    forget_old_files()
    forget_expired()
    done = 0
    for model in WORK:
        jobs: Any = model._default_manager
        pks = list(jobs.unfinished().order_by("pk").values_list("pk", flat=True))
        done += sum(carry_out(model, pk) for pk in pks)
    return done
