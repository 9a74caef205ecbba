"""Processes of the product on a database of the tests: their environment and what they say."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parents[1]


def database_url(name=""):
    """The address of the tests' database, or of another one on the same server."""
    parts = connection.get_connection_params()
    return f"postgres://{parts['user']}@/{name or parts['dbname']}?host={parts.get('host', '')}"


def environment(**variables):
    """What a process of the product is started with, so that it meets the tests' rows."""
    return os.environ | {"DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)} | variables


def report_of(program, *arguments, **variables):
    """Run a module of the tests in a process of its own; the JSON of its last line."""
    ended = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])
