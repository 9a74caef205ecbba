"""`manage.py analyse`: reads what is pending in this process, with no broker at all."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from customers.alarms.run import raise_alarms
from customers.insight.aggregates import rebuild
from customers.insight.digests import make_digests
from customers.measures import refresh_measures_when_due
from intelligence import text_index
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import Tally, analyse_pending
from intelligence.customer_values import refresh_values_when_due
from intelligence.radar.run import refresh_radar
from intelligence.topics import refresh_topics


class Command(BaseCommand):
    """Drains the pending rows, then measures, topics, alarms and the radar follow."""

    help = "Read all pending rows in this process and store the results on them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """KIND ..., --again, --failed, --json."""
        parser.add_argument("kinds", nargs="*", metavar="KIND", choices=[*KINDS, []])
        parser.add_argument("--again", action="store_true", help="read analysed rows anew as well")
        parser.add_argument("--failed", action="store_true", help="retry rows that were set aside")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and print rows stored and failed for each kind."""
        started = time.perf_counter()
        names = options["kinds"] or list(KINDS)
        tallies = {name: self._run(name, options) for name in names}
        refresh_measures_when_due()
        refresh_values_when_due()
        refresh_topics()
        for kind in text_index.KINDS:
            text_index.keep_current(kind)
        self._sum_up(again=options["again"])
        raise_alarms()
        refresh_radar()
        self._report(tallies, time.perf_counter() - started, as_json=options["json"])

    def _run(self, name: str, options: dict[str, Any]) -> Tally:
        rows = KINDS[name].model.objects.all()
        if options["again"]:
            rows.request_analysis()
        elif options["failed"]:
            rows.failed().request_analysis()
        return analyse_pending(KINDS[name])

    def _sum_up(self, *, again: bool) -> None:
        """Bring the sums of insight up to date, all of them anew with --again."""
        if again:
            rebuild()
        make_digests()

    def _report(self, tallies: dict[str, Tally], seconds: float, *, as_json: bool) -> None:
        done = sum(tally.n for tally in tallies.values())
        rate = done / seconds if seconds else 0.0
        if as_json:
            kinds = {
                name: {"n": tally.n, "failed": tally.failed} for name, tally in tallies.items()
            }
            figures = {"seconds": round(seconds, 2), "rows_per_second": round(rate, 1)}
            self.stdout.write(json.dumps(kinds | figures))
            return
        for name, tally in tallies.items():
            self.stdout.write(f"{name}: {tally.n} read, {tally.failed} set aside")
        self.stdout.write(f"{done} rows in {seconds:.1f} s ({rate:.0f} rows/s)")
