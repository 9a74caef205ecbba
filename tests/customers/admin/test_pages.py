"""Every admin page: it opens, for admins alone, at a number of queries that rows do not change."""

from collections import namedtuple

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.customers.admin.rows import MAKERS, address
from tests.factories import UserFactory

# of what is there from the start, what else to ask for to see only the row that was made
SHOWS_ONE = {"intent": "?q=Taxon", "segment": "?q=Taxon", "user": "?q=agent"}
# of the audit, which grows with each look, what looking does not add
SHOWS_ONE["auditentry"] = "?action__exact=asked"

Cost = namedtuple("Cost", "rows queries")


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    return Cost(len(answer.context["cl"].result_list), len(captured))


# counted from records, and from requests
SUMS = {"DailySales", "DailyVoice", "ProductSales", "TouchedDay"}
OF_REQUESTS = {"IdempotentReply", "RateWindow", "RecordChange"}
# of which a shop, a task or a feature has one
SINGLE = {
    *("errorbudget", "generatoruse", "privacysettings", "retentionrule", "rolerule"),
    *("satisfactionsettings", "audithead"),
}
# what an entry of the journal and a search consist of
PARTS = {"JournalChange", "MeaningSearch", "SearchWord"}
# what belongs to a ticket, and is shown with it
OF_TICKETS = {"Presence", "ReturnItem", "StaffMention", "TypedReply"}


def test_every_record_has_admin_pages():
    models = set(apps.get_app_config("customers").get_models())
    registered = {model for model in models if django_admin.site.is_registered(model)}
    assert {model.__name__ for model in models - registered} == {
        "OrderLine",
        *SUMS,
        *OF_REQUESTS,
        *PARTS,
        *OF_TICKETS,
    }
    assert {model._meta.model_name for model in registered} == set(MAKERS)


def test_the_site_is_called_rapport(admin):
    answer = admin.get("/admin/")
    assert answer.context["site_header"] == "Rapport"
    assert b'href="/static/css/admin.css"' in answer.content


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_shows_its_rows(admin, name):
    row = MAKERS[name]()
    answer = admin.get(address(row, "changelist"))
    assert answer.status_code == 200
    assert row.pk in {shown.pk for shown in answer.context["cl"].result_list}


@pytest.mark.parametrize("name", MAKERS)
def test_a_row_has_a_page(admin, name):
    row = MAKERS[name]()
    answer = admin.get(address(row))
    assert answer.status_code == 200
    assert answer.context["original"] == row


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_costs_the_same_queries_for_1_and_30_rows(admin, name):
    path = address(MAKERS[name](), "changelist") + SHOWS_ONE.get(name, "")
    admin.get(path)
    one = queries_of(admin, path)
    for _ in range(29):
        MAKERS[name]()
    thirty = queries_of(admin, path)
    # One row a task, or a feature, is all there are; aspects come with a shop's first ones.
    assert thirty.rows - one.rows == (0 if name in SINGLE else 29)
    assert one.queries == thirty.queries


@pytest.mark.parametrize("name", ["customer", "product", "order", "ticket", "review", "article"])
def test_a_record_can_be_added_by_a_form(admin, name):
    row = MAKERS[name]()
    assert admin.get(f"{address(row, 'changelist')}add/").status_code == 200


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("page", ["changelist", "change"])
def test_agents_are_sent_away(client, db, name, page):
    client.force_login(UserFactory())
    path = address(MAKERS[name](), page)
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/admin/login/?next={path}"


@pytest.mark.parametrize("name", ["recommendation", "similarproduct", "import"])
def test_what_machines_write_is_only_looked_at(admin, name):
    row = MAKERS[name]()
    assert admin.get(f"{address(row, 'changelist')}add/").status_code == 403
    assert admin.post(address(row), {"rank": 9}).status_code == 403
    assert admin.post(address(row, "delete"), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("name", MAKERS)
def test_pages_hold_to_the_content_security_policy(admin, name):
    row = MAKERS[name]()
    for page in ("changelist", "change"):
        answer = admin.get(address(row, page))
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert b"<style" not in answer.content
        assert b" style=" not in answer.content
        assert b"<script>" not in answer.content
