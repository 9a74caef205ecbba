"""Who reads messages: what may leave the shop reads no notes of staff."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
READERS = ("intelligence", "customers/knowledge", "customers/asking", "customers/portal")
READING = re.compile(r"(?:Message\.objects|\b(?:ticket|row)\.messages)\b\s*\.\s*(\w+)")
# narrowed to what customers wrote, or to what they may read
NARROWED = {"public", "from_customers", "opening_of", "openings", "pending"}
# prefetched above by a queryset that is narrowed, or of named rows for their ids alone
ELSEWHERE = {"intelligence/radar/drafting.py"}


def wide_readings(text):
    return [verb for verb in READING.findall(text) if verb not in NARROWED]


def test_every_reader_beyond_the_screens_of_staff_says_that_it_reads_no_notes():
    found = {
        str(path.relative_to(ROOT)): wide
        for folder in READERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (wide := wide_readings(path.read_text()))
    }
    assert found.keys() - ELSEWHERE == set()


def test_a_reader_of_everything_would_be_found():
    assert wide_readings("rows = Message.objects.filter(ticket=1)") == ["filter"]
    assert wide_readings("ticket.messages.public().all()") == []
