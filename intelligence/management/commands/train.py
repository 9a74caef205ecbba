"""`manage.py train TASK --data PATH`: fits a model and writes it with its card."""

from __future__ import annotations

import json
import re
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from intelligence.encoding import ManyTexts
from intelligence.engines.contract import Card
from intelligence.engines.errors import WeightsError
from intelligence.engines.head_files import CARD, SHIPPED, load_card, promote
from intelligence.evaluation.columns import TableError
from intelligence.training.run import OWN_DATA, TASKS, Choices, train

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
OWN_SHOP = (
    "the recommender fits itself to the shop's own orders while the product runs, and by "
    "`manage.py analyse`; there is nothing to train (see `manage.py evaluate recommendation`)"
)

OWN_ENCODER = (
    "sentiment from a folder of sets brings an encoder of its own, which the other heads in "
    "service were not made for: leave --promote out, or name --keep-encoder"
)


class Command(BaseCommand):
    """Trains one task from a table, or from the folder of the shipped recipe's sets."""

    help = "Train " + ", ".join(TASKS) + " and write the model to the state folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """TASK --data PATH --name NAME --promote --ship --json."""
        parser.add_argument("task", metavar="TASK", choices=[*TASKS, "recommendation"])
        parser.add_argument(
            "--data", type=Path, metavar="PATH",
            help="parquet, CSV or JSONL with text and label (segment: transactions), or the "
            "folder of the sets that the shipped model learnt from",
        )  # fmt: skip
        parser.add_argument("--name", help="the model's name (default: TASK)")
        parser.add_argument("--promote", action="store_true", help="let it serve from now on")
        parser.add_argument(
            "--ship", action="store_true", help="write over the model that comes with the code"
        )
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="SET",
            help="sentiment: of the folder's sets only these",
        )  # fmt: skip
        parser.add_argument(
            "--keep-encoder", action="store_true",
            help="sentiment: learn on the encoder in service instead of training one",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and report; data that cannot teach is one clear line and exit status 2."""
        started = time.perf_counter()
        task, folder = options["task"], _folder(options)
        try:
            data = options["data"] or OWN_DATA[task]
            how = Choices(tuple(options["only"]), options["keep_encoder"])
            card = train(task, data, folder, ManyTexts(), how)
            if options["promote"]:
                promote(task, folder.name, folder.parent)
        except TableError as error:
            raise CommandError(str(error), returncode=2) from error
        except WeightsError as error:
            raise CommandError(str(error)) from error
        seconds = time.perf_counter() - started
        self._report(card, folder, seconds, promoted=options["promote"], as_json=options["json"])

    def _report(
        self, card: Card, folder: Path, seconds: float, *, promoted: bool, as_json: bool
    ) -> None:
        rows = sum(source["rows"] for source in card.training_data)
        if as_json:
            result = {"name": card.name, "sha256": card.sha256, "rows": rows,
                      "metrics": card.metrics, "seconds": round(seconds, 1),
                      "folder": str(folder), "promoted": promoted}  # fmt: skip
            self.stdout.write(json.dumps(result))
            return
        for name, figures in card.metrics.items():
            self.stdout.write(f"{name}: " + ", ".join(_figures(figures)))
        serves = ", and serves from now on" if promoted else ""
        self.stdout.write(f"trained on {rows} rows in {seconds:.0f} s: {folder}{serves}")


def _figures(figures: Mapping[str, Any]) -> Iterator[str]:
    """The figures of one number each; what a page draws stays on the card."""
    for name, value in figures.items():
        if not isinstance(value, list | dict):
            yield f"{name} {value}"


def _folder(options: dict[str, Any]) -> Path:
    """Where the model goes. Raises CommandError for options that do not go together."""
    task, name = options["task"], options["name"] or options["task"]
    if task == "recommendation":
        raise CommandError(OWN_SHOP, returncode=2)
    if options["data"] is None and task not in OWN_DATA:
        raise CommandError("name what to learn from: --data PATH", returncode=2)
    if not NAME.fullmatch(name) or name == "shipped":
        raise CommandError(f"{name!r} is no name: use a to z, 0 to 9, - and _", returncode=2)
    if options["ship"] and (options["promote"] or name != task):
        raise CommandError("--ship goes without --promote and --name", returncode=2)
    data, own_encoder = options["data"], not options["keep_encoder"]
    if options["promote"] and task == "sentiment" and data and data.is_dir() and own_encoder:
        raise CommandError(OWN_ENCODER, returncode=2)
    folder = (SHIPPED if options["ship"] else Path(settings.MODELS_DIR)) / name
    if (folder / CARD).exists() and (other := load_card(folder).task) != task:
        raise CommandError(f"{folder} is a model for {other}: choose another --name", returncode=2)
    return folder
