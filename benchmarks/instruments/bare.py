"""A process that does one thing and says what memory it took: a peer for the product's.

`python -m benchmarks.instruments.bare django` loads Django and the records, `engine`
reads the JSON list of texts on standard input.
"""

from __future__ import annotations

import json
import sys

import django

from benchmarks.instruments.process_memory import own_memory


def main(what: str) -> None:
    """Do it, and print RSS and PSS in MB as JSON."""
    django.setup()
    if what == "engine":
        from intelligence.loaded import text_reader  # the peer without it must not import it

        text_reader().read(json.load(sys.stdin))
    taken = own_memory()
    print(json.dumps({"rss_mb": taken.rss_mb, "pss_mb": taken.pss_mb}))


if __name__ == "__main__":
    main(sys.argv[1])
