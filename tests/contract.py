"""The contract of the API, held against the real application: schemathesis makes calls from the
schema, all phases of it, and each answer has to be one that the schema tells of.

Calls go through WSGI in one thread, whose connection to the database is closed at the end.
"""

import itertools
import json
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import schemathesis
from django.db import connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from crm_site.wsgi import application
from customers import models
from tests.customers.admin.rows import MAKERS
from tests.factories import UserFactory
from tests.partners import bearer

# Checks that are about more than HTTP and the schema: a schema cannot say which ids there are or
# that one of five fields has to be given (`positive_data_acceptance`), and what we read more
# widely than we say, such as "5" for 5 or a parameter that nobody asks for, is no fault either
# (`negative_data_rejection`). That every operation asks who calls is tested by the matrix of
# tests/customers/accounts, of each kind of caller; `ignored_auth` fails by itself over WSGI
# (4.32.5: it hands on options of the network). All others count.
LEFT_OUT = ["positive_data_acceptance", "negative_data_rejection", "ignored_auth"]
# Which record an id in an address is of, by the part of the API.
RECORDS = {
    "alarms": models.Alarm,
    "articles": models.Article,
    "audiences": models.Audience,
    "companies": models.Company,
    "consents": models.Consent,
    "contact-points": models.ContactPoint,
    "corrections": models.Correction,
    "customers": models.Customer,
    "findings": models.Finding,
    "imports": models.Import,
    "insight": models.WeeklyDigest,
    "macros": models.Macro,
    "orders": models.Order,
    "products": models.Product,
    "questions": models.Question,
    "recommendations": models.Recommendation,
    "reviews": models.Review,
    "tickets": models.Ticket,
    "topics": models.Topic,
    "webhooks": models.WebhookEndpoint,
    "webhook-deliveries": models.WebhookDelivery,
}
SLUGS = {"intents": "get_refund", "aspects": "price", "segments": "loyal"}
REFERENCES = ("customer", "order", "product", "ticket", "review")


class Served:
    """The application, called in a thread of its own."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(1)

    def __call__(self, environ, start_response):
        return self._thread.submit(self._answer, environ, start_response).result()

    def _answer(self, environ, start_response):
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # WSGI hands on bytes as they are
        answer = application(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()

    def newest(self, model):
        return self._thread.submit(lambda: model._base_manager.order_by("pk").last()).result()

    def close(self):
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()


@schemathesis.check
def told_as_problem(ctx, response, case):
    """Every refusal is a problem with its members, pointers and the number of the request."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"], "no problem+json"
    problem = json.loads(response.content)
    missing = {"type", "title", "status", "detail", "instance"} - set(problem)
    assert not missing, f"a problem without {missing}"
    assert problem["status"] == response.status_code
    assert problem["detail"], "a problem that says nothing"
    for error in problem.get("errors", ()):
        assert set(error) == {"pointer", "detail"}
        assert error["pointer"] == "" or error["pointer"].startswith("/")
    assert response.headers.get("x-request-id"), "no number of the request"
    for leak in ("Traceback (most recent", "psycopg.", 'INSERT INTO "', 'File "/'):
        assert leak not in problem["detail"], f"tells of our insides: {leak}"


class Run:
    """What came of one run: how many calls, and each distinct failure once."""

    def __init__(self):
        self.calls, self.statuses, self.failures, self.operations = 0, Counter(), {}, set()

    def note(self, event):
        if isinstance(event, NonFatalError):
            self.failures[f"{event.label}: {event.info.title}"] = str(event.info)
        if isinstance(event, ScenarioFinished):
            self._note_scenario(event.recorder)

    def _note_scenario(self, recorder):
        self.operations |= {case.value.operation.label for case in recorder.cases.values()}
        for interaction in recorder.interactions.values():
            self.calls += 1
            self.statuses[getattr(interaction.response, "status_code", None)] += 1
        for check in itertools.chain.from_iterable(recorder.checks.values()):
            if check.status is Status.FAILURE:
                self._note_failure(check)

    def _note_failure(self, check):
        failure = check.failure_info.failure
        key = f"{failure.operation} {check.name}: {failure.title}"
        told = f"{failure.message[:1500]}\n{check.failure_info.code_sample[:1500]}"
        self.failures.setdefault(key, told)

    @property
    def refused(self):
        return sum(count for status, count in self.statuses.items() if status and status >= 400)

    @property
    def told_statuses(self):
        return ", ".join(f"{count} x {status}" for status, count in self.statuses.most_common())

    @property
    def told(self):
        return "\n\n".join(f"{key}\n{text}" for key, text in sorted(self.failures.items()))


def make_records():
    for model in RECORDS.values():
        MAKERS[model._meta.model_name]()


def run_contract(*, examples, phases, seed=20_261_129, stateful=True, modes=None, only=None):
    """Hold the application against its schema: `examples` calls made up for each operation."""
    make_records()
    boss = UserFactory(username="contract", role="admin")
    header = bearer(boss)
    served, run = Served(), Run()
    config = SchemathesisConfig(seed=seed)
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", served, config=config)
    if only:
        schema = schema.include(path_regex=only)
    project = schema.config
    project.update(headers={"Authorization": header}, continue_on_failure=True)
    project.checks.update(excluded_check_names=LEFT_OUT)
    project.generation.update(
        max_examples=examples, deterministic=True, database="none", no_shrink=True, modes=modes
    )
    project.phases.update(phases=phases)
    pointed = schemathesis.hook(_pointed_at_rows(served))
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)  # refusals are what is asked for
    try:
        for event in from_schema(schema).execute():
            run.note(event)
    finally:
        logger.setLevel(level)
        schemathesis.hooks.unregister(pointed)
        served.close()
    return run


def _pointed_at_rows(served):
    calls = itertools.count()

    def before_call(context, case, kwargs):
        """Most calls are about records that there are: what was made up rarely is."""
        number, part = next(calls), case.path.split("/")[3]
        headers = case.headers if case.headers is not None else {}
        if "Idempotency-Key" in headers and number % 8:
            headers["Idempotency-Key"] = f"key-{number}"  # one made up is often used again
        if "If-Match" in headers and number % 8:
            headers["If-Match"] = "*"
        if number % 4:
            _point(case, part, served)

    return before_call


def _point(case, part, served):
    def key_of(plural):
        row = served.newest(RECORDS[plural])
        return row.pk if row else 1

    if "id" in case.path_parameters and part in RECORDS:
        case.path_parameters["id"] = key_of(part)
    if "slug" in case.path_parameters:
        case.path_parameters["slug"] = SLUGS.get(part, "none")
    if isinstance(case.body, dict):
        for name in set(REFERENCES) & set(case.body):
            if isinstance(case.body[name], int):
                case.body[name] = key_of(f"{name}s")
