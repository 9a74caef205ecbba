"""What a page weighs on the wire: its HTML, and the style sheets and scripts that it loads."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.test import Client

from benchmarks.web.addresses import Page

STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
SCRIPT = re.compile(r'<script src="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a page as they are sent, for a browser that has nothing of it yet."""

    name: str
    html: int
    css: int
    script: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.html + self.css + self.script


def heaviest(client: Client, wanted: Iterable[Page]) -> Weight:
    """The page that weighs most."""
    known: dict[str, int] = {}
    return max((weight(client, page, known) for page in wanted), key=lambda one: one.total)


def weight(client: Client, page: Page, known: dict[str, int]) -> Weight:
    """What a page weighs; `known` keeps the sizes of files from one page to the next."""
    answer = client.get(page.address)
    is_compressed = answer.headers.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(answer.content) if is_compressed else answer.content).decode()

    def sent(addresses: Iterable[str]) -> int:
        for address in addresses:
            if address not in known:
                known[address] = _size(client, address)
        return sum(known[address] for address in addresses)

    return Weight(
        page.name, len(answer.content), sent(STYLE.findall(text)), sent(SCRIPT.findall(text))
    )


def _size(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return len(b"".join(answer))
