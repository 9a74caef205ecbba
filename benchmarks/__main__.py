"""`python -m benchmarks NAME [--small] [--json] [--keep FOLDER]`: one benchmark in its process.

A process each, because the memory of one must not stand in the figures of the next.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

import django

from benchmarks.instruments.state import kept_state, temporary_state

# The exit status of a benchmark that ran, and missed a target that must be met.
MISSED = 3


def names() -> list[str]:
    """The benchmarks there are: the modules beside this one, and packages with a run.py."""
    folder = Path(__file__).parent
    packages = [path.parent.name for path in folder.glob("[a-z]*/run.py")]
    return sorted([*(path.stem for path in folder.glob("[a-z]*.py")), *packages])


def main() -> None:
    """Measure, print the figures as a table, and with --json as one object last."""
    options = _options()
    with kept_state(options.keep) if options.keep else temporary_state() as var:
        # An inherited address would point at the records of a real shop.
        for variable in ("DATABASE_URL", "CELERY_BROKER_URL"):
            os.environ.pop(variable, None)
        os.environ["RAPPORT_VAR"] = str(var)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
        django.setup()
        report = import_module(f"benchmarks.{options.name}").measure(small=options.small)
    print(report.as_text())
    if options.json:
        print(json.dumps(report.as_json()))
    if report.must_be_met and not report.met:
        sys.exit(MISSED)


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--small", action="store_true", help="a quick try; figures mean little")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument(
        "--keep", type=Path, help="a folder for the shop that `load` makes: it is found there again"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
