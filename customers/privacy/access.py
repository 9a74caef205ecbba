"""What the shop knows of one person, written into a file for that person.

A ZIP with the same twice, for machines (JSON) and for people (HTML), and the files themselves:
every row on the data map, opinions of models with what they mean, where the data came from, and
who outside received any.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.journal.columns import as_json
from customers.models import AccessExport, User
from customers.models.access_export import KEPT
from customers.privacy.data_map import COPIES, RECORDS, Record
from customers.privacy.person import Person

CHUNK = 2_000
OF_THE_MACHINE = frozenset({"requested_at", "attempts", "analysis_error", "search", "analysed_at"})


def write_access(export: AccessExport) -> None:
    """Write the file; it can be fetched for `KEPT`."""
    told = everything_of(export.customer_id)
    export.rows_total = export.row_count = sum(len(one["rows"]) for one in told["records"])
    with TemporaryDirectory() as folder:
        path = Path(folder, export.file_name)
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            _write(archive, told)
        with path.open("rb") as written:
            export.file.save(export.file_name, File(written), save=False)
    export.expires_at = timezone.now() + KEPT
    export.save(update_fields=["file", "expires_at", "rows_total", "row_count"])


def forget_expired() -> int:
    """Delete the files whose time is over; how many those were."""
    old = list(AccessExport.objects.expired())
    for export in old:
        export.file.delete(save=False)
        export.save(update_fields=["file"])
    return len(old)


def everything_of(pk: int) -> dict[str, Any]:
    """All that is known of a customer, as JSON-ready data."""
    person = Person(pk)
    records = []
    for label, record in RECORDS.items():
        rows = _rows(record, person)
        if rows:
            person.keys[label] = [row["id"] for row in rows]
            records.append({"kind": label, "name": _name(record.model), "rows": rows})
    copies = {
        label: {"kind": label, "name": _name_of(label), "rows": rows}
        for label, copy in COPIES.items()
        if copy.shown is not None and (rows := copy.shown(person))
    }
    recipients = copies.pop("customers.EgressRecord", {"rows": []})["rows"]
    return {
        "made_at": timezone.now(),
        "customer": pk,
        "sources": sorted({source for source, _key in person.source_keys if source}),
        "scores": scores_of(person),
        "recipients": recipients,
        "records": [*records, *copies.values()],
    }


def scores_of(person: Person) -> list[dict[str, Any]]:
    """What models make of the person, each with what it means."""
    one = person.customer
    if one is None:
        return []
    meant = {
        "suggested_segment_id": _("what kind of customer the shop's model takes the person for"),
        "segment_id": _("what kind of customer the shop takes the person for"),
        "segment_probability": _("how sure the model is of that, from 0 to 1"),
        "rfm_class": _("how lately, how often and for how much the person bought"),
        "alive_probability": _("the chance that the person buys again, from 0 to 1"),
        "expected_orders": _("orders expected in the next 90 days"),
        "expected_value": _("what these orders are expected to bring in"),
        "expected_next_order_at": _("when the next order is expected"),
        "sentiment_score": _("how the latest texts sound, from -1 to 1"),
    }
    values = {name: getattr(one, name) for name in meant}
    return [
        {"name": name, "value": as_json(value), "meaning": str(meant[name])}
        for name, value in values.items()
        if value not in (None, "")
    ]


def _rows(record: Record, person: Person) -> list[dict[str, Any]]:
    fields = [one for one in record.model._meta.concrete_fields if _is_shown(one, record)]
    names = [one.attname for one in fields]
    rows = record.of(person).order_by("pk").values_list("pk", *names).iterator(CHUNK)
    return [
        {"id": pk, **{name: as_json(one) for name, one in zip(names, values, strict=True)}}
        for pk, *values in rows
    ]


def _is_shown(one: Any, record: Record) -> bool:
    if one.primary_key or one.name in record.hidden or one.name in OF_THE_MACHINE:
        return False
    return not (one.is_relation and issubclass(one.related_model, User))


def _name(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name_plural)


def _name_of(label: str) -> str:
    return _name(COPIES[label].model)


def _write(archive: ZipFile, told: dict[str, Any]) -> None:
    as_text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    archive.writestr("personal-data.json", as_text)
    page = render_to_string("privacy/access_file.html", {**told, "kinds": _pairs(told)})
    archive.writestr("personal-data.html", page)
    for path in sorted(_files_in(told)):
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                archive.writestr(f"files/{path}", file.read())


def _pairs(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The records as the page reads them: of each row the columns that say something."""
    return [
        {
            "name": kind["name"],
            "rows": [
                [(name, value) for name, value in row.items() if value not in (None, "")]
                for row in kind["rows"]
            ],
        }
        for kind in told["records"]
    ]


def _files_in(told: dict[str, Any]) -> set[str]:
    found = set()
    for kind in told["records"]:
        record = RECORDS.get(kind["kind"])
        for name in record.files() if record else ():
            found |= {row[name] for row in kind["rows"] if row.get(name)}
    return found
