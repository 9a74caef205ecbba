from pathlib import Path

import pytest
from django.db import connection

from customers.models import Message, Ticket
from intelligence.models import Prediction
from tests.faults.processes import LEDGER_ENGINE, Bell, Redis, Worker, has_redis

HERE = Path(__file__).parent
CUT_OTHERS_SQL = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        item.add_marker(pytest.mark.faults)
        if not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


@pytest.fixture
def redis(tmp_path):
    if not has_redis():
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    server = Redis(tmp_path).start()
    yield server
    server.kill()


class Shop:
    """Messages to read, workers that read them, and what came of it."""

    def __init__(self, folder, url, settings):
        self.folder, self.bell, self.running = folder, Bell(url), []
        self.ledger = folder / "ledger"
        self.ledger.touch()
        self.variables = {
            "RAPPORT_VAR": str(settings.VAR_DIR),
            "CELERY_BROKER_URL": url,
            "ENGINE_TEXT": LEDGER_ENGINE,
            "ENGINE_LEDGER": str(self.ledger),
            "ANALYSIS_OVERDUE_SECONDS": "0",
            "ANALYSIS_BATCH_ROWS": "64",
        }

    def workers(self, count=1, app="crm_site", **variables):
        first = len(self.running)
        made = [
            Worker(self.folder, f"w{first + number}", self.variables | variables, app=app)
            for number in range(count)
        ]
        self.running += made
        return [worker.start() for worker in made]

    def messages(self, count, body="good"):
        ticket = Ticket.objects.create(subject="Parcel")
        return Message.objects.bulk_create(
            [Message(ticket=ticket, body=f"{body} {n}") for n in range(count)], batch_size=2000
        )

    def left(self):
        return Message.objects.awaiting().count()

    def runs(self):
        return len(self.ledger.read_text().splitlines())

    def stored(self):
        """Results, and how many there are more than one for a row."""
        rows = Prediction.objects.filter(task="sentiment")
        return rows.count(), rows.count() - rows.values("object_id").distinct().count()


@pytest.fixture
def shop(tmp_path, redis, settings, transactional_db):
    made = Shop(tmp_path, redis.url, settings)
    yield made
    for worker in made.running:
        worker.kill()
    # what the killed ones had begun ends now, not while the tables are emptied
    with connection.cursor() as cursor:
        cursor.execute(CUT_OTHERS_SQL)
