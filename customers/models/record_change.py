"""When records changed last, in the order of transactions, for partners who keep copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

# Records whose changes are told, by the names of their models.
TOLD_KINDS = ("article", "company", "customer", "order", "product", "review", "ticket")

# A change may be told once every transaction that began before it has ended: from then on
# nothing can come in behind it, however long others took.
READ_SQL = """
SELECT record_id, changed_in, is_deleted FROM customers_recordchange
WHERE kind = %(kind)s AND (changed_in, record_id) > (%(changed_in)s, %(record_id)s)
  AND changed_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND (%(source)s = '' OR source = %(source)s)
ORDER BY changed_in, record_id LIMIT %(limit)s
"""
# Numbers of transactions are those of one database cluster. Rows of another one, which a backup
# brought along, are older than all that happens here.
FOREIGN_SQL = """
UPDATE customers_recordchange SET changed_in = 0
WHERE kind = %(kind)s AND changed_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
NEXT_SQL = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of changes: behind this record of this transaction."""

    changed_in: int = 0
    record_id: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A record that changed, and whether it is gone."""

    record_id: int
    place: Place
    is_deleted: bool


class RecordChangeManager(models.Manager):
    """Reads changes in order."""

    def after(self, place: Place, *, kind: str, source: str = "", limit: int) -> list[Change]:
        """The next changes of one kind of record behind a place, at most `limit`."""
        asked: dict[str, Any] = {"kind": kind, "source": source, "limit": limit}
        asked |= {"changed_in": place.changed_in, "record_id": place.record_id}
        with connection.cursor() as cursor:
            cursor.execute(READ_SQL, asked)
            return [
                Change(record_id, Place(changed_in, record_id), is_deleted)
                for record_id, changed_in, is_deleted in cursor.fetchall()
            ]

    def knows(self, place: Place, *, kind: str) -> bool:
        """Whether a place is one of this database's own; false for one from before a restore,
        after which all is told anew.
        """
        with connection.cursor() as cursor:
            cursor.execute(FOREIGN_SQL, {"kind": kind})
            cursor.execute(NEXT_SQL)
            return bool(place.changed_in < cursor.fetchone()[0])


class RecordChange(models.Model):
    """The latest change of a record, made or deleted included.

    Triggers write it, one statement at a time, so that no writer can forget it. `changed_in` is
    the number of the transaction (xid8) that changed the record last.
    """

    kind = models.CharField(_("kind"), max_length=20)
    record_id = models.BigIntegerField(_("row"))
    source = models.CharField(_("source"), max_length=40, blank=True)
    changed_in = models.BigIntegerField(_("transaction"))
    is_deleted = models.BooleanField(_("deleted"), default=False)

    objects = RecordChangeManager()

    class Meta:
        verbose_name = _("change of a record")
        verbose_name_plural = _("changes of records")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "record_id"], name="recordchange_unique")
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "changed_in", "record_id"], name="recordchange_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
