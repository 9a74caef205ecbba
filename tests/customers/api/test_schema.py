"""The OpenAPI schema is complete and its page loads."""

import io

import pytest
from django.core.management import call_command

from tests.processes import report_of

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_made_without_a_warning():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


def test_schema_and_page_are_served_to_anyone(client):
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert b"swagger-ui" in page.content
    assert b"<script>" not in page.content
    assert b"<style>" not in page.content


def test_several_that_ask_at_once_all_get_the_schema():
    assert report_of("tests.programs.schema_by_many") == [200] * 6
