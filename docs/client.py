"""A client of the API in one file, to copy: keys, limits, repeated writes, paging, changes.

    client = Rapport("https://crm.example.com", key="rpt_…")
    client.upsert("customers", "webshop", "4711", {"name": "Ada", "email": "ada@example.org"})
    for ticket in client.rows("tickets", status="open"):
        print(ticket["subject"], ticket["intent"]["prediction"])

Needs httpx. A call that could not be answered (the line broke, the server restarts, the limit is
reached) is sent again; writes carry an Idempotency-Key, so that no effect comes twice.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

AGAIN = {429, 502, 503, 504}
TRIES, MOST_WAIT_SECONDS = 5, 60.0


class Refused(Exception):
    """What the server would not take: `problem` is its answer (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{problem.get('status')} {problem.get('detail')}")
        self.problem = problem


class Rapport:
    """The API of one shop, called with one key."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._http = httpx.Client(
            base_url=f"{address}/api/v1/", headers=headers, timeout=30, transport=transport
        )
        self._sleep = sleep

    def get(self, path: str, **asked: Any) -> Any:
        """What stands at an address. Raises Refused."""
        return self._call("GET", path, params=asked)

    def post(self, path: str, data: Any) -> Any:
        """Write; sent again, it has no second effect. Raises Refused."""
        return self._call("POST", path, json=data)

    def upsert(self, records: str, source: str, external_id: str, data: Any) -> Any:
        """Create or update a record by the key of its own system. Raises Refused."""
        return self._call("PUT", f"{records}/by-external-id/{source}/{external_id}/", json=data)

    def upsert_many(self, records: str, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Create or update any number of records; the outcome of each in their order."""
        for start in range(0, len(rows), 500):
            answer = self.post(f"{records}/bulk/", {"rows": rows[start : start + 500]})
            for outcome in answer["results"]:
                yield outcome | {"index": start + outcome["index"]}

    def rows(self, records: str, **asked: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page, each once."""
        page = self.get(f"{records}/", page_size=200, **asked)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self._call("GET", page["next"])

    def changes(self, records: str, since: str = "") -> tuple[list[dict[str, Any]], list[int], str]:
        """What changed since: records as they are now, the ids of deleted ones, and the place to
        ask from next time. A place from before a restore is refused with status 410: begin anew.
        """
        changed, deleted, more = [], [], True
        while more:
            page = self.get(f"{records}/changes/", since=since)
            changed += page["results"]
            deleted += page["deleted"]
            since, more = page["next"], page["more"]
        return changed, deleted, since

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        headers = {} if method == "GET" else {"Idempotency-Key": str(uuid.uuid4())}
        for tried in range(1, TRIES + 1):
            try:
                answer = self._http.request(method, path, headers=headers, **asked)
            except httpx.TransportError:
                if tried == TRIES:
                    raise
                self._sleep(min(2.0**tried, MOST_WAIT_SECONDS))
                continue
            if answer.status_code in AGAIN and tried < TRIES:
                wait = float(answer.headers.get("Retry-After", 2.0**tried))
                self._sleep(min(wait, MOST_WAIT_SECONDS))
                continue
            if answer.is_error:
                raise Refused(answer.json())
            return answer.json() if answer.content else None
        raise AssertionError("the last try returns or raises")
