"""How new each record is by the clock of the system that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from customers.models.base import RecordQuerySet

ADVANCE = """
INSERT INTO customers_sourceversion AS row
    (kind, source, external_id, version_at, is_deleted, record_keys)
SELECT %(kind)s, %(source)s, said.external_id, said.version_at, %(deleted)s, '{}'
FROM unnest(%(ids)s::text[], %(versions)s::timestamptz[]) AS said(external_id, version_at)
ORDER BY said.external_id
ON CONFLICT (kind, source, external_id) DO UPDATE
SET version_at = EXCLUDED.version_at, is_deleted = EXCLUDED.is_deleted
WHERE row.version_at < EXCLUDED.version_at
   OR (row.version_at = EXCLUDED.version_at AND (EXCLUDED.is_deleted OR NOT row.is_deleted))
RETURNING row.external_id
"""


class SourceVersionQuerySet(RecordQuerySet):
    """Many versions at once."""

    def advance(
        self, kind: str, source: str, versions: Mapping[str, datetime], *, deleted: bool = False
    ) -> set[str]:
        """Note these versions (by external id) and give the ids whose data is to be taken: not
        older than what was seen before, and not older than a deletion.

        Call it in the transaction that takes the data: the rows stay locked until it ends, so
        that two writers of one record take their turns. Data of the same time is taken again:
        clocks of shops count whole seconds.
        """
        given: dict[str, Any] = {
            "kind": kind,
            "source": source,
            "deleted": deleted,
            "ids": list(versions),
            "versions": list(versions.values()),
        }
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE, given)
            return {external_id for (external_id,) in cursor.fetchall()}

    def known_as(self, kind: str, source: str, external_id: str, keys: Iterable[str]) -> None:
        """Note under which external ids our records of this one stand."""
        rows = self.filter(kind=kind, source=source, external_id=external_id)
        rows.update(record_keys=sorted(set(keys)))

    def keys_of(self, kind: str, source: str, external_id: str) -> list[str]:
        """The external ids of our records of this one; none where it never came."""
        rows = self.filter(kind=kind, source=source, external_id=external_id)
        return next(iter(rows.values_list("record_keys", flat=True)), [])


class SourceVersion(models.Model):
    """The newest version of a record that its source told: `version_at` is the source's own
    time of the change. A deleted record keeps its row (a tombstone), so that a late, older
    message does not bring it back.

    `external_id` is the source's key. Where our records stand under other keys (a product of
    several variants, each known by its SKU), `record_keys` lists them.
    """

    kind = models.CharField(_("kind"), max_length=20)
    source = models.CharField(_("source"), max_length=40)
    external_id = models.CharField(_("external id"), max_length=120)
    version_at = models.DateTimeField(_("version"))
    is_deleted = models.BooleanField(_("deleted"), default=False)
    record_keys = ArrayField(
        models.CharField(max_length=120), verbose_name=_("keys of our records"), default=list
    )

    objects = SourceVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("source version")
        verbose_name_plural = _("source versions")
        ordering: ClassVar = ["-version_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "source", "external_id"], name="sourceversion_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-version_at", "-id"], name="sourceversion_by_version"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source} {self.external_id}"
