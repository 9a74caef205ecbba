"""A real OpenAI-compatible server, which is not ours, on loopback: `transformers serve`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from customers.models import EgressRecord
from intelligence.generating import generate
from tests.intelligence.generating.conftest import remote, switched_on
from tests.intelligence.generating.peer import Peer, forwarded_to
from tests.intelligence.generating.tiny import WORDS, tiny_llama

PATIENCE_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a server with a tiny model, and the model's name there."""
    for wanted in ("fastapi", "accelerate"):
        pytest.importorskip(wanted, reason="the server of transformers wants it")
    folder, port = tiny_llama(tmp_path_factory.mktemp("llama")), free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    command = Path(sys.executable).with_name("transformers")
    process = subprocess.Popen(
        [command, "serve", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while not answers(port):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, f"the server did not start: {log.read_text()}"
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}/v1", str(folder)
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def test_a_real_server_writes_and_the_ledger_shows_what_it_was_sent(server, staff):
    url, model = server
    with Peer(forwarded_to(url)) as between:
        switched_on(remote(between.url, model=model, max_tokens=8, timeout_s=100))
        made = generate(
            "reply", "Answer Anna kindly.", ["Where is it, asks anna@example.com"],
            user=staff, known=["Anna"],
        )  # fmt: skip
    assert set(made.text.split()) <= {*WORDS, "."}
    assert made.text
    entry = EgressRecord.objects.get()
    assert [entry.body.encode()] == between.bodies
    assert b"anna" not in between.bodies[0].lower()
    assert (entry.outcome, entry.status) == ("done", 200)
    assert entry.tokens_in > 0
    assert entry.tokens_out <= 8
