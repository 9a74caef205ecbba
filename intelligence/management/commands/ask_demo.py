"""`manage.py ask_demo`: the thirty questions to the demo shop, and how each was answered."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError

from intelligence.demo_questions import Asked, ask_demo, tallied

WIDTHS = (44, 40, 30, 18, 5)
HEAD = ("question", "answer", "citation", "verdict", "p")


class Command(BaseCommand):
    """Asks the demo shop what its customers ask, in this process; the shop stays as it is."""

    help = "Ask the demo shop its thirty questions and show answers, citations and verdicts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json."""
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask and print; without the demo shop it is one line and exit status 2."""
        try:
            asked = ask_demo()
        except ObjectDoesNotExist as error:
            raise CommandError(
                "The demo shop is not loaded; run `manage.py load_demo` first.", returncode=2
            ) from error
        for cells in (HEAD, *(_cells(one) for one in asked)):
            self.stdout.write(_line(cells))
        counts = tallied(asked)
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
        if options["json"]:
            rows = [one.as_json() for one in asked]
            self.stdout.write(json.dumps({**counts, "questions": rows}, ensure_ascii=False))


def _cells(asked: Asked) -> tuple[str, ...]:
    probability = "" if asked.probability is None else f"{asked.probability:.2f}"
    cited = ", ".join(asked.citations)
    return asked.question, asked.answer, cited, asked.verdict.replace("_", " "), probability


def _line(cells: tuple[str, ...]) -> str:
    texts = (" ".join(cell.split()) for cell in cells)
    return "  ".join(f"{text[:width]:<{width}}" for text, width in zip(texts, WIDTHS, strict=True))
