"""`manage.py up` for real: it serves, and nothing of it outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.worker

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_up(var, port, *options, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port), "--no-demo", *options],
        cwd=ROOT,
        env=inherited | {"RAPPORT_VAR": str(var)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=2) as page:
            return page.status == 200
    except OSError:
        return False


def processes_of(var):
    """Pids of live processes that run over this state folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if command and (
            f"RAPPORT_VAR={var}".encode() in environment or str(var).encode() in command
        ):
            found.append(int(entry.name))
    return found


@pytest.fixture
def var(tmp_path_factory):
    folder = tmp_path_factory.mktemp("up")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    yield folder
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)


def test_it_serves_and_ctrl_c_leaves_no_process_then_it_starts_again(var):
    for _ in range(2):
        port = free_port()
        up = start_up(var, port)
        wait_for(lambda port=port: answers(port), "the login page")
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=PATIENCE_SECONDS)
        assert up.returncode == 0
        assert "log in as admin" in said
        assert processes_of(var) == []


def test_a_killed_supervisor_leaves_no_process(var):
    port = free_port()
    up = start_up(var, port)
    wait_for(lambda: answers(port), "the login page")
    wait_for(lambda: len(processes_of(var)) >= 8, "the workers")
    up.kill()
    up.wait()
    wait_for(lambda: processes_of(var) == [], "the tree to end")


def first_line_of_failure(up):
    said, _ = up.communicate(timeout=PATIENCE_SECONDS)
    assert up.returncode == 1
    (line,) = [line for line in said.splitlines() if line.strip()]
    return line


def test_a_taken_port_is_one_clear_line(var):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = first_line_of_failure(start_up(var, port))
    assert f"Port {port} is taken" in line
    assert processes_of(var) == []


def test_a_state_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    line = first_line_of_failure(start_up(blocked / "var", free_port(), SECRET_KEY="x"))
    assert "cannot be written" in line


def test_a_second_up_over_the_same_state_is_one_clear_line(var):
    from crm_site.services.on_demand import owned

    with owned(var):
        line = first_line_of_failure(start_up(var, free_port()))
    assert "already running" in line
