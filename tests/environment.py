"""Loaded before anything else of a test run: a database and a state folder of its own.

Run the tests with `python -m pytest`, so that this module is found. A DATABASE_URL that
is set is used as it is; otherwise an embedded PostgreSQL without fsync runs for the
duration of the run, ends with it even when it is killed, and is shared by its workers.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from crm_site.services.postgres import THROWAWAY, EmbeddedPostgres, embedded_url

IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ


# Customers come into the comparison group by their keys, which differ from run to run; a
# test that is about the group asks for it.
os.environ.setdefault("RECOMMENDATION_HOLDOUT", "0")
# Each process of the run has a core at best: threads of torch and numpy beyond that wait for one
# another without rest, and a training of three seconds takes over thirty.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No worker answers in most tests, so pages need not wait for one.
os.environ.setdefault("ASK_WAIT_SECONDS", "0")


def start_of_run():
    """Make the folder and the database, and name them in the environment."""
    var = Path(tempfile.mkdtemp(prefix="rapport-test-"))
    var.chmod(0o755)
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    os.environ["RAPPORT_VAR"] = str(var)
    os.environ["RAPPORT_TEST_VAR"] = str(var)
    if not os.environ.get("DATABASE_URL"):
        server = EmbeddedPostgres(var, extra=THROWAWAY)
        server.start()
        atexit.register(server.stop)
        os.environ["DATABASE_URL"] = embedded_url(var)


if IS_XDIST_WORKER:
    own = Path(os.environ["RAPPORT_TEST_VAR"], os.environ["PYTEST_XDIST_WORKER"])
    own.mkdir(exist_ok=True)
    os.environ["RAPPORT_VAR"] = str(own)
else:
    start_of_run()
