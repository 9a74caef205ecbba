"""How often somebody did something lately, so that strangers cannot do it without end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=2)

# One statement counts, so that two requests at once are two, whatever process serves them.
COUNT_SQL = """
INSERT INTO customers_ratewindow (key, started_at, count) VALUES (%(key)s, %(now)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN customers_ratewindow.started_at <= %(since)s
                 THEN 1 ELSE customers_ratewindow.count + 1 END,
    started_at = CASE WHEN customers_ratewindow.started_at <= %(since)s
                 THEN %(now)s ELSE customers_ratewindow.started_at END
RETURNING count, started_at
"""


class RateWindowQuerySet(models.QuerySet):
    """Many windows at once."""

    def wait_after(self, key: str, *, limit: int, seconds: int) -> int:
        """Count one more under `key`; 0 when that is within `limit` in `seconds`, else how
        many seconds to wait.
        """
        count, started_at = self.count_one(key, seconds=seconds)
        if count <= limit:
            return 0
        ends_in = started_at + timedelta(seconds=seconds) - timezone.now()
        return max(1, round(ends_in.total_seconds()))

    def count_one(self, key: str, *, seconds: int) -> tuple[int, datetime]:
        """Count one more under `key`: how many in the window of `seconds`, and when it began."""
        now = timezone.now()
        since = now - timedelta(seconds=seconds)
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SQL, {"key": key, "now": now, "since": since})
            count, started_at = cursor.fetchone()
        if count == 1:
            self.filter(started_at__lt=now - KEPT).delete()
        return count, started_at


class RateWindow(models.Model):
    """How often `key` was counted since `started_at`. The key is a keyed hash of what was done
    and by whom: no address of anybody is kept.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    started_at = models.DateTimeField(_("started at"), db_index=True)
    count = models.PositiveIntegerField(_("count"), default=0)

    objects = RateWindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("rate window")
        verbose_name_plural = _("rate windows")
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        return self.key
