"""The Celery tasks of the product as a whole."""

from __future__ import annotations

from celery import shared_task

from crm_site.backing_up import make_backup


@shared_task(expires=6 * 3600)
def back_up() -> None:
    """The backup of the night, read back at once."""
    make_backup()
