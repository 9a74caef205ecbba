"""The web process stays light, and the CRM works with nothing that reads its records."""

import importlib
import sys

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.factories import (
    ArticleFactory,
    OrderFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)
from tests.processes import database_url, report_of
from tests.programs.imports import watch

BARE = "rapport_without_intelligence"
LISTS = [
    "/",
    "/customers/",
    "/tickets/",
    "/orders/",
    "/products/",
    "/reviews/",
    "/articles/",
    "/topics/",
    "/aspects/",
    "/alarms/",
    "/imports/",
    "/admin/",
    "/api/docs/",
    "/api/schema/",
    "/api/v1/customers/",
    "/api/v1/tickets/",
    "/api/v1/alarms/",
    "/api/v1/topics/",
    "/api/v1/recommendations/",
]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_web_process_serves_without_loading_models_or_plots():
    UserFactory(username="agent", is_staff=True, is_superuser=True)
    order = OrderFactory()
    product = order.lines.get().product_id
    ReviewFactory(product_id=product, customer=order.customer)
    addresses = [
        *LISTS,
        f"/customers/{order.customer_id}/",
        f"/orders/{order.pk}/",
        f"/products/{product}/",
        f"/tickets/{TicketFactory(customer=order.customer).pk}/",
        f"/articles/{ArticleFactory().pk}/",
    ]
    report = report_of(
        "tests.programs.serve_pages",
        "agent",
        *addresses,
        DJANGO_SETTINGS_MODULE="tests.settings.plain_static",
    )
    assert report["application"] == "WSGIHandler"
    assert report["answers"] == dict.fromkeys(addresses, 200)
    assert report["posted"] == 201
    assert report["tools"] == ["list_tickets", "get_ticket"]
    assert report["imported"] == {}


def test_the_watch_tells_who_imported_what(tmp_path, monkeypatch):
    (tmp_path / "weighty_module.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.meta_path", [*sys.meta_path])
    guard = watch(["weighty_module", "another_module"])
    importlib.import_module("weighty_module")
    assert list(guard.found()) == ["weighty_module"]
    assert __file__ in guard.found()["weighty_module"]


@pytest.fixture
def empty_database(django_db_blocker):
    """The name of a database with nothing in it, on the server of the tests."""
    with django_db_blocker.unblock():
        parameters = connection.get_connection_params()
    where = {"host": parameters.get("host"), "user": parameters["user"], "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(BARE)))
        yield BARE
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(BARE)))


def test_the_crm_migrates_saves_and_serves_without_intelligence(empty_database):
    report = report_of(
        "tests.programs.crm_alone",
        *LISTS,
        DJANGO_SETTINGS_MODULE="tests.settings.without_intelligence",
        DATABASE_URL=database_url(empty_database),
    )
    assert set(report.pop("answers").values()) == {200}
    assert report == {"pending": 1, "tables": [], "installed": False, "imported": []}
