"""`python -m benchmarks.instruments.open_load`: sends requests when due, in its own process.

The load is open: a request goes when its time has come, however many are unanswered, and its
latency counts from that time. A server that stands still for a second is thereby charged with
each request that came due meanwhile, not with the one that was under way.

Reads a plan from standard input and writes what came of it to standard output, both JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

MOST_AT_ONCE = 400  # requests under way: more wait for one of these, and their time counts
PATIENCE_SECONDS = 30
LEAD_SECONDS = 0.5  # from the start of the clock until the first request is due
GONE = (http.client.HTTPException, ConnectionError, OSError)


def main() -> None:
    """Send the plan of standard input."""
    json.dump(sent(json.load(sys.stdin)), sys.stdout)


def sent(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What came of each request of a plan, in its order: the status or what went wrong, seconds
    from when it was due until all of the answer was there, and by how much it went late.

    A plan is {"host", "port", "rate", "requests": [{"method", "path", "headers", "body"}]}.
    """
    lines = _Lines(plan["host"], plan["port"])
    start = time.perf_counter() + LEAD_SECONDS
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        waiting = []
        for number, request in enumerate(plan["requests"]):
            due = start + number / plan["rate"]
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(pool.submit(lines.answer, request, due))
        answers = [one.result() for one in waiting]
    return {"answers": answers, "cpu_seconds": time.process_time()}


class _Lines:
    """A kept connection for each thread, as browsers and partners keep theirs."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port, self.own = host, port, threading.local()

    def answer(self, request: Mapping[str, Any], due: float) -> Sequence[Any]:
        """(status or what went wrong, seconds since it was due, seconds it was late)."""
        late = time.perf_counter() - due
        try:
            outcome: int | str = self._sent(request)
        except TimeoutError:
            outcome = "timeout"
        except GONE:
            outcome = "connection"
        if isinstance(outcome, str):
            self.own.line = None
        return outcome, time.perf_counter() - due, late

    def _sent(self, request: Mapping[str, Any]) -> int:
        line = getattr(self.own, "line", None)
        if line is None:
            line = http.client.HTTPConnection(self.host, self.port, PATIENCE_SECONDS)
            self.own.line = line
        line.request(request["method"], request["path"], request["body"], request["headers"])
        answer = line.getresponse()
        answer.read()
        return answer.status


if __name__ == "__main__":
    main()
