"""`manage.py benchmark [NAME ...]`: speed and memory beside peers of the same run."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FOLDER = Path(settings.BASE_DIR, "benchmarks")
# As `python -m benchmarks` ends when a target was missed that must be met.
MISSED = 3


def names() -> list[str]:
    """The benchmarks there are, by the names of their modules and packages."""
    packages = [path.parent.name for path in FOLDER.glob("[a-z]*/run.py")]
    return sorted([*(path.stem for path in FOLDER.glob("[a-z]*.py")), *packages])


class Command(BaseCommand):
    """Runs benchmarks one after another, each in a process and a database of its own."""

    help = "Measure speed and memory beside peers, over databases that are thrown away."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME ..., --small, --json, --keep."""
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
        parser.add_argument("--small", action="store_true", help="quick tries; figures mean little")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")
        parser.add_argument(
            "--keep", metavar="FOLDER", help="where `load` makes its shop, and finds it again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; an unknown name is one line and exit status 2. A missed target is no error,
        but for those that must be met: attacks.
        """
        wanted = options["names"] or names()
        if unknown := [name for name in wanted if name not in names()]:
            raise CommandError(
                f"There is no benchmark {', '.join(unknown)}; choose of {', '.join(names())}.",
                returncode=2,
            )
        self._missed: list[str] = []
        more = ["--small"] if options["small"] else []
        more += ["--keep", options["keep"]] if options["keep"] else []
        reports = {name: self._run(name, more) for name in wanted}
        if options["json"]:
            self.stdout.write(json.dumps(reports))
        if self._missed:
            raise CommandError(f"Targets that must be met were missed: {', '.join(self._missed)}.")

    def _run(self, name: str, more: list[str]) -> dict[str, Any]:
        """The report of one benchmark, whose table is passed on."""
        command = [sys.executable, "-m", "benchmarks", name, "--json"]
        ended = subprocess.run(
            [*command, *more],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        *lines, last = ended.stdout.splitlines() or [""]
        self.stdout.write("\n".join(lines))
        if ended.returncode == MISSED:
            self._missed.append(name)
        elif ended.returncode:
            raise CommandError(f"The benchmark {name} did not end well; its last words are above.")
        report: dict[str, Any] = json.loads(last)
        return report
