"""`manage.py replay PK`: does the model that said this say it again?"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intelligence.engines.errors import WeightsError
from intelligence.models import Prediction
from intelligence.replay import Replayed, ReplayError, replay


class Command(BaseCommand):
    """Reads the row of one line of the ledger with the same weights, and compares."""

    help = "Read again what a line of the ledger was about, and compare label and probability."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """PK --task TASK --json."""
        parser.add_argument("pk", type=int, metavar="PK", help="of a line of the ledger")
        parser.add_argument("--task", help="refuse the line when it is of another task")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print both; exit status 1 where they differ or the line cannot be replayed."""
        line = Prediction.objects.select_related("model_version").filter(pk=options["pk"]).first()
        if line is None:
            raise CommandError(f"the ledger has no line {options['pk']}")
        if options["task"] not in (None, line.task):
            raise CommandError(f"line {line.pk} is about {line.task}, not about {options['task']}")
        try:
            found = replay(line)
        except (ReplayError, WeightsError) as error:
            raise CommandError(str(error)) from error
        self._report(found, as_json=options["json"])
        if not found.is_same:
            sys.exit(1)

    def _report(self, found: Replayed, *, as_json: bool) -> None:
        line, said, version = found.line, found.said, found.line.model_version
        verdict = "same" if found.is_same else "differs"
        if as_json:
            self.stdout.write(json.dumps({
                "prediction": line.pk, "kind": line.kind, "row": line.object_id,
                "task": line.task, "model_version": version.sha256,
                "input_sha256": line.input_sha256, "at": line.created_at.isoformat(),
                "label": line.output["label"], "probability": line.output["probability"],
                "replayed_label": said.label, "replayed_probability": said.probability,
                "difference": found.difference, "same": found.is_same,
            }))  # fmt: skip
            return
        told = line.output
        self.stdout.write(f"{line.task} of {line.kind} {line.object_id}, by {version.sha256}")
        self.stdout.write(f"ledger: {told['label']} {told['probability']:.6f}")
        self.stdout.write(f"replay: {said.label} {said.probability:.6f}")
        self.stdout.write(verdict)
