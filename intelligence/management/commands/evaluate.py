"""`manage.py evaluate TASK --data PATH`: how good a model is on rows whose answer is known."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intelligence.encoding import ManyTexts
from intelligence.engines.errors import WeightsError
from intelligence.evaluation.columns import TableError
from intelligence.measuring import TASKS, Request, measure


class Command(BaseCommand):
    """Measures the model in service, a named one, or one that learns from --train first."""

    help = "Measure " + ", ".join(TASKS) + " on a file of known answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """TASK --data PATH, what else it needs, and --json."""
        parser.add_argument("task", metavar="TASK", choices=TASKS, help=", ".join(TASKS))
        parser.add_argument(
            "--data", type=Path, required=True, metavar="PATH", help="the rows to measure on"
        )
        parser.add_argument("--train", type=Path, metavar="PATH", help="rows to learn from first")
        parser.add_argument("--items", type=Path, metavar="PATH", help="texts of recommended items")
        parser.add_argument(
            "--model", metavar="NAME", help="a trained model, or `shipped` (default: in service)"
        )
        parser.add_argument(
            "--predictions", type=Path, metavar="OUT", help="write each row's label (CSV, JSONL)"
        )
        parser.add_argument(
            "--ease", action="store_true", help="recommendation: measure EASE as well (slow)"
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and report; a file that cannot be used is one clear line and exit status 2."""
        request = Request(
            task=options["task"],
            data=options["data"],
            train=options["train"],
            items=options["items"],
            model=options["model"],
            predictions=options["predictions"],
            ease=options["ease"],
        )
        try:
            figures = measure(request, ManyTexts())
        except TableError as error:
            raise CommandError(str(error), returncode=2) from error
        except WeightsError as error:
            raise CommandError(str(error)) from error
        self._report(figures, as_json=options["json"])

    def _report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        for name, value in figures.items():
            self.stdout.write(f"{name}: {value}")
