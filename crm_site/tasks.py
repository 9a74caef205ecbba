"""The Celery tasks of the product as a whole."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm_site.backing_up import make_backup
from customers.models import Backup


@shared_task(expires=6 * 3600)
def back_up() -> None:
    """The backup of the night, read back at once; one a night, however many clocks ring."""
    since = timezone.now() - timedelta(hours=12)
    if not Backup.objects.filter(started_at__gt=since, verified_at__isnull=False).exists():
        make_backup()
