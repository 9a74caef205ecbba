"""Brings each attack in by the road that such a text takes: API, imports, the search box.

Rows of a feed and files of a help centre come together, as they do: one import of each.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from benchmarks.attacks.corpus import Attack
from benchmarks.attacks.world import World
from customers.imports.jobs import carry_out
from customers.models import Article, Customer, Import, Message, Product, Ticket

API = "/api/v1/"
SOURCE = "attacks"


class NotTakenError(Exception):
    """The product refused the text, which is a good answer as long as it is no failure."""


@dataclass
class Entered:
    """An attack in the product: the text as it was sent, and the keys of its records."""

    attack: Attack
    text: str
    records: dict[str, int] = field(default_factory=dict)
    refused: str = ""


def enter(world: World, chosen: Iterable[Attack]) -> list[Entered]:
    """Send every text by its field; a text that the product refuses is noted as refused."""
    entered = [Entered(one, one.filled(world.victim_of(one.id).words)) for one in chosen]
    for one in entered:
        if bring_in := ALONE.get(one.attack.field):
            try:
                one.records = bring_in(world, one)
            except NotTakenError as refusal:
                one.refused = str(refusal)
    for fields, bring in TOGETHER.items():
        if some := [one for one in entered if one.attack.field in fields]:
            bring(world, some)
    return entered


def _post(world: World, kind: str, row: dict[str, Any]) -> int:
    answer = world.api.post(f"{API}{kind}/", row, format="json")
    if answer.status_code >= 500:
        raise RuntimeError(f"{kind}: {answer.status_code}")
    if answer.status_code >= 400:
        raise NotTakenError(f"{answer.status_code} {answer.content[:200].decode()}")
    return int(answer.json()["id"])


def _ticket(world: World, _entered: Entered, **said: str) -> dict[str, int]:
    row = {"customer": world.attacker.pk, "subject": "Question", "body": "Hello.", **said}
    return {"ticket": _post(world, "tickets", row)}


def _solved_ticket(world: World, entered: Entered) -> dict[str, int]:
    """A conversation that ended well, in which the customer has the last word but one."""
    records = _ticket(world, entered, subject="Thank you", body=entered.text)
    ticket = Ticket.objects.get(pk=records["ticket"])
    ticket.add_message("You are welcome.", author_kind=Message.Author.AGENT, author=world.agent)
    ticket.set_status(Ticket.Status.SOLVED)
    return records


def _review(world: World, _entered: Entered, **said: str) -> dict[str, int]:
    row = {
        "product": world.product.pk, "customer": world.attacker.pk, "rating": 4,
        "title": "Good", "body": "A mug.", "written_at": timezone.now().isoformat(), **said,
    }  # fmt: skip
    return {"review": _post(world, "reviews", row)}


def _customer(world: World, entered: Entered, **said: str) -> dict[str, int]:
    """The customer, and a ticket and an order of theirs, which lists show by the name."""
    row = {"name": "Anna", "email": f"{entered.attack.canary}@example.net", **said}
    pk = _post(world, "customers", row)
    ticket = _post(world, "tickets", {"customer": pk, "subject": "Hello", "body": "Hello."})
    return {"customer": pk, "ticket": ticket}


def _products(world: World, entered: Sequence[Entered]) -> None:
    """Rows of a partner's product feed."""
    rows = [_product(one) for one in entered]
    content = _csv(list(rows[0]), [list(row.values()) for row in rows])
    run = _import(world, "products", "feed.csv", content)
    made = _made(Product)
    for one in entered:
        one.records = {"import": run} | _record("product", made, one, one.attack.id)


def _product(one: Entered) -> dict[str, str]:
    key = one.attack.id
    column = one.attack.field.removeprefix("product_")
    return {
        "external_id": key, "sku": key[:60], "name": "Mug", "category": "Tea",
        "description": "A mug.", "price": "5.00", "currency": "GBP",
    } | {column: one.text}  # fmt: skip


def _articles(_world: World, entered: Sequence[Entered]) -> None:
    """A folder of the help centre of another system, by the command that takes it in."""
    with tempfile.TemporaryDirectory() as folder:
        for one in entered:
            said = (
                f"---\ntitle: Returns, {one.attack.id}\ncategory: Returns\nstatus: published\n"
                f"language: {one.attack.language}\n---\n{one.text}"
            )
            path = Path(folder, _file_of(one))
            path.write_bytes(said.encode("utf-8", "surrogatepass"))
        call_command("import_shop", "articles", folder, source=SOURCE, stdout=io.StringIO())
    made = _made(Article)
    for one in entered:
        one.records = _record("article", made, one, _file_of(one))


def _file_of(one: Entered) -> str:
    ending = "html" if one.attack.field == "article_html" else "md"
    return f"{one.attack.id}.{ending}"


def _made(model: Any) -> dict[str, int]:
    rows = model.objects.filter(source=SOURCE)
    return dict(rows.values_list("external_id", "pk"))


def _record(kind: str, made: dict[str, int], one: Entered, key: str) -> dict[str, int]:
    if key not in made:
        one.refused = "a row of the import was refused"
    return {kind: made[key]} if key in made else {}


def _order_line(world: World, entered: Entered) -> dict[str, int]:
    charge = {
        "kind": "charge", "description": entered.text, "quantity": 1, "unit_price": "1.00",
    }  # fmt: skip
    row = {
        "number": f"A-{entered.attack.id}", "customer": world.attacker.pk, "currency": "GBP",
        "placed_at": timezone.now().isoformat(), "lines": [charge],
    }  # fmt: skip
    return {"order": _post(world, "orders", row)}


def _file_name(world: World, entered: Entered) -> dict[str, int]:
    content = _csv(["external_id", "name"], [[entered.attack.id, "Anna"]])
    return {"import": _import(world, "customers", entered.text, content)}


def _csv_header(world: World, entered: Entered) -> dict[str, int]:
    """A column that the format does not know, and a row that it cannot take."""
    rows = [["", entered.text], [entered.attack.id, entered.text]]
    content = _csv(["external_id", "name", entered.text], [[*row, entered.text] for row in rows])
    run = _import(world, "customers", f"{entered.attack.id}.csv", content)
    made = Customer.objects.from_source(SOURCE, entered.attack.id).first()
    return {"import": run, **({"customer": made.pk} if made else {})}


def _import(world: World, kind: str, name: str, content: bytes) -> int:
    """Upload by the page, and carry it out as a worker would."""
    before = Import.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    upload = SimpleUploadedFile("upload.csv", content)
    # as a client sends it: `SimpleUploadedFile` keeps the last part alone
    vars(upload)["_name"] = name
    form = {"format": kind, "source": SOURCE, "file": upload}
    answer = world.browser.post("/imports/", form)
    if answer.status_code >= 500:
        raise RuntimeError(f"import of {name!r}: {answer.status_code}")
    run = Import.objects.filter(pk__gt=before).first()
    if run is None:
        raise NotTakenError(f"{answer.status_code} the form was refused")
    carry_out(run.pk)
    if run.ask_for(Import.Status.QUEUED):
        carry_out(run.pk)
    return run.pk


def _csv(columns: list[str], rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode("utf-8", "surrogatepass")


def _by(function: Callable[..., dict[str, int]], column: str) -> Callable[..., dict[str, int]]:
    return lambda world, entered: function(world, entered, **{column: entered.text})


# How each field is entered by itself, and which come together.
ALONE: dict[str, Callable[[World, Entered], dict[str, int]]] = {
    "ticket_subject": _by(_ticket, "subject"),
    "ticket_body": _by(_ticket, "body"),
    "solved_ticket": _solved_ticket,
    "review_title": _by(_review, "title"),
    "review_body": _by(_review, "body"),
    "customer_name": _by(_customer, "name"),
    "company": _by(_customer, "company"),
    "city": _by(_customer, "city"),
    "order_line": _order_line,
    "file_name": _file_name,
    "csv_header": _csv_header,
}
TOGETHER: dict[tuple[str, ...], Callable[[World, Sequence[Entered]], None]] = {
    ("product_name", "product_category", "product_description"): _products,
    ("article_html", "article_body"): _articles,
}
# What is said where a surface is looked at.
SAID = ("search", "question")
FIELDS = {*ALONE, *(field for fields in TOGETHER for field in fields), *SAID}
