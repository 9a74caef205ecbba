"""Small tables for the tests of `train` and `evaluate`, and how the commands are called."""

import json
from io import StringIO

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.management import call_command

PRAISE = [
    "I love this teapot, it is beautiful.",
    "Wonderful lamp, I am very happy with it.",
    "Excellent quality and friendly service.",
    "The blanket is soft and warm, thank you so much!",
    "Perfect, exactly what I wanted.",
    "Great shop, I will come back.",
]
BLAME = [
    "I hate this teapot, it is ugly.",
    "Terrible lamp, I am very disappointed with it.",
    "Awful quality and rude service.",
    "The blanket is thin and it smells bad.",
    "Horrible, not at all what I wanted.",
    "Bad shop, I will never come back.",
]
THINGS = ["lamp", "kettle", "teapot", "rug", "chair", "mug", "clock", "vase", "knife", "tray"]


def parquet(path, **columns):
    """Write a parquet table; gives its path."""
    pq.write_table(pa.table(columns), path)
    return path


def jsonl(path, rows):
    """Write rows as JSONL; gives the path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def opinions(path, bad=0, good=1):
    """Twelve short reviews, half of them good."""
    return parquet(path, text=PRAISE + BLAME, label=[good] * 6 + [bad] * 6)


def many_opinions(path):
    """Sixty of them, enough to calibrate on."""
    texts = [f"The {thing}. {text}" for thing in THINGS[:5] for text in PRAISE + BLAME]
    return parquet(path, text=texts, label=([1] * 6 + [0] * 6) * 5)


def tickets(path):
    """Forty messages of two intents that no shop has but this one."""
    rows = [{"text": f"Please tune my {thing} piano {word}", "intent": "tuning"}
            for thing in THINGS for word in ("today", "soon")]  # fmt: skip
    rows += [{"text": f"I want to rent a violin and a {thing} {word}", "intent": "rental"}
             for thing in THINGS for word in ("for a week", "till May")]  # fmt: skip
    return jsonl(path, rows)


def run(*arguments):
    """What a command prints as its last line with --json."""
    out = StringIO()
    call_command(*[str(argument) for argument in arguments], "--json", stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])
