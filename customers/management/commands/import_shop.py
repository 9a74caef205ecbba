"""`manage.py import_shop FORMAT PATH`: takes a file of another system in."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from customers.imports.errors import ImportProblem
from customers.imports.formats import FAMILIES, FORMATS, format_named
from customers.imports.run import Outcome, as_source, run_import


class Command(BaseCommand):
    """Imports one file with a progress bar, and says what became of its rows."""

    help = "Take in a file: " + ", ".join((*FORMATS, *FAMILIES))

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FORMAT PATH --source NAME --dry-run --json."""
        parser.add_argument("format", metavar="FORMAT", help=", ".join((*FORMATS, *FAMILIES)))
        parser.add_argument(
            "path",
            type=Path,
            metavar="PATH",
            help="a CSV, XLSX, parquet, JSON or JSONL file; for articles also a folder of "
            "Markdown and HTML",
        )
        parser.add_argument(
            "--source", default="", help="the system it comes from (default: FORMAT)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, only")
        parser.add_argument(
            "--clear-empty", action="store_true", help="let empty cells clear what is there"
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; a file that cannot be taken is one clear line and exit status 2."""
        try:
            kind = format_named(options["format"], options["path"])
            source = as_source(options["source"] or options["format"])
            with self._bar() as bar:
                task = bar.add_task(options["path"].name, total=None)

                def show(outcome: Outcome, total: int | None) -> None:
                    bar.update(task, completed=outcome.read, total=total)

                outcome = run_import(
                    kind,
                    options["path"],
                    source,
                    dry_run=options["dry_run"],
                    progress=show,
                    clears_empty=options["clear_empty"],
                )
        except ImportProblem as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self._report(outcome, as_json=options["json"])

    def _bar(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        quiet = not sys.stderr.isatty()
        return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), disable=quiet)

    def _report(self, outcome: Outcome, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(outcome.as_json()))
            return
        self.stdout.write(
            f"{outcome.read} rows read in {outcome.seconds:.1f} s: {outcome.created} created, "
            f"{outcome.updated} updated, {outcome.unchanged} unchanged, {outcome.rejected} rejected"
        )
        if outcome.rejects_file:
            self.stdout.write(f"rejected rows with their reasons: {outcome.rejects_file}")
