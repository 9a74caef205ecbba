"""`manage.py reload`: the whole product changes over while it is asked 20 times a second."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.crm_site.test_up import ROOT, free_port, processes_of, start_up, var  # noqa: F401
from tests.faults.processes import CALLER, wait_for
from tests.faults.test_web import Load
from tests.faults.test_workers import tell

pytestmark = pytest.mark.faults


def named(folder):
    """The processes of the product by what they are, without the database's own."""
    found = {}
    for pid in processes_of(folder):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        kind = next((word for word in ("granian", "celery", "send_webhooks") if word in words), "")
        if kind:
            found[pid] = kind
    return found


def test_a_reload_of_the_product_fails_no_request(var):  # noqa: F811
    port = free_port()
    up = start_up(var, port)
    address = f"http://127.0.0.1:{port}/login/"

    def ask():
        return CALLER.get(address, timeout=30).status_code

    def answers():
        try:
            return ask() == 200
        except httpx.HTTPError:
            return False

    wait_for(answers, "the login page", 120, 0.5)
    wait_for(lambda: len(named(var)) >= 10, "all processes", 120, 0.5)
    before = named(var)
    main = {pid for pid, kind in before.items() if kind == "granian" and _parent(pid) == up.pid}
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with Load(ask) as load:
        time.sleep(2)
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "manage.py", "reload"],
            cwd=ROOT,
            env=environment | {"RAPPORT_VAR": str(var)},
            check=True,
            capture_output=True,
        )
        told = time.monotonic() - started
        wait_for(lambda: not (set(before) - main) & set(named(var)), "the change", 90, 0.5)
        changed = time.monotonic() - started
        time.sleep(3)
    said = Counter(status for status, _took in load.seen)
    tell(
        "reload of the product",
        requests=len(load.seen),
        answers=dict(said),
        told_s=round(told, 1),
        changed_over_s=round(changed, 1),
    )
    assert up.poll() is None
    assert set(said) == {200}
    up.send_signal(signal.SIGINT)
    up.communicate(timeout=60)


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
