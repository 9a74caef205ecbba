"""Log lines carry the number of the request, and nothing of what records or errors say."""

import json
import logging
import sys

import pytest
from django.db import IntegrityError, transaction

from crm_site.logs import JsonFormatter, LineFormatter
from tests.factories import CustomerFactory, UserFactory

CANARY = "zanzibarquux"
FORMATTERS = {"line": LineFormatter, "json": JsonFormatter}


@pytest.fixture(params=FORMATTERS)
def lines(request):
    """What is logged in the test, written by a formatter of ours."""
    written = []

    class Kept(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Kept()
    handler.setFormatter(FORMATTERS[request.param]())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_fifty_failing_requests_leave_no_canary(client, lines, monkeypatch):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    customer = CustomerFactory(name=CANARY, email=f"{CANARY}@example.com")

    def failing(request, pk):
        try:
            with transaction.atomic():
                CustomerFactory(source="s", external_id=CANARY)
                CustomerFactory(source="s", external_id=CANARY)
        except IntegrityError as error:
            raise ValueError(f"cannot show {CANARY}") from error

    monkeypatch.setattr("customers.views.customers.get_customer_for", failing)
    for _ in range(50):
        answer = client.get(f"/customers/{customer.pk}/?q={CANARY}")
        assert answer.status_code == 500
        assert CANARY not in answer.content.decode()
    text = "\n".join(lines)
    assert text.count("Internal Server Error") == 50
    assert "ValueError" in text
    assert "test_logs.py" in text  # where it was raised
    assert CANARY not in text


def test_an_ordinary_formatter_would_have_told():
    """The control: what the message of an exception says is in the lines of the library's own."""
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("x", 40, "x.py", 1, "failed", (), sys.exc_info())
    assert CANARY in logging.Formatter().format(record)


def test_a_failed_task_tells_its_class_alone(lines):
    error = ValueError(CANARY)
    told = {"name": "t", "id": "1", "exc": error, "args": f"[{CANARY}]", "traceback": CANARY}
    logging.getLogger("celery.app.trace").error("Task %(name)s raised %(exc)s\n%(traceback)s", told)
    logging.getLogger("shop").warning("gave up: %s", error)
    assert CANARY not in "\n".join(lines)
    assert "Task t raised ValueError" in lines[0]


@pytest.mark.django_db
def test_an_answer_carries_its_number_and_lines_do_too(client, monkeypatch):
    sent = client.get("/health/", headers={"X-Request-ID": "abc-123-def"})
    assert sent["X-Request-ID"] == "abc-123-def"
    forged = client.get("/health/", headers={"X-Request-ID": "a\nb"})
    assert len(forged["X-Request-ID"]) == 32
    seen = []

    def noting(_found):
        record = logging.LogRecord("x", 30, "x.py", 1, "told %s", ("so",), None)
        seen.append(json.loads(JsonFormatter().format(record)))
        return ""

    monkeypatch.setattr("customers.views.health.as_prometheus", noting)
    monkeypatch.setattr("django.conf.settings.METRICS_TOKEN", "t")
    headers = {"Authorization": "Bearer t", "X-Request-ID": "number-one"}
    client.get("/metrics", headers=headers)
    assert (seen[0]["message"], seen[0]["request_id"], seen[0]["route"]) == (
        "told so",
        "number-one",
        "metrics",
    )
