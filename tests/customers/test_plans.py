"""No list, tab, queue, filter or record page reads a big table as a whole.

A shop with rows and statistics is asked what the pages ask, and PostgreSQL says how it read.
"""

from __future__ import annotations

import json
from math import inf
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django_filters import FilterSet

from benchmarks.instruments.client import staff_client
from benchmarks.samples.large_shop import Size, fill
from benchmarks.web.addresses import lists, of_list, opened, records
from customers import paging

pytestmark = pytest.mark.django_db

SHOP = Size(customers=12_000, orders=36_000, messages=12_000)
FEW_COUNTED = 400  # in place of the 10,000 rows that a list counts, as this shop is smaller
# What a statement reads of a big table at most: ten rows for each that is counted.
MOST_READ = 10 * FEW_COUNTED
# Which index serves words depends on how frequent they are; their times are benchmarked.
BY_WORDS = "q"
# Pages that sum a period up: the index alone is read, as far as the period goes.
SUMS = {"/topics/"}
BIG = {
    f"customers_{name}"
    for name in (
        *("customer", "order", "orderline", "ticket", "message", "review", "aspectmention"),
        *("journalentry", "journalchange", "rfmchange", "ticketsla", "presence", "rulerun"),
        *("inboundmail", "outboundmail", "searchword", "passage"),
    )
} | {"intelligence_prediction"}


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    """A client of a filled shop, gone with the module; indexes are preferred wherever there is
    one, as they are where tables are large.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        fill(SHOP)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL join_collapse_limit = 4")  # as the web server's connections
        with patch.object(paging, "MOST_COUNTED", FEW_COUNTED):
            yield staff_client()
        transaction.set_rollback(True)


def _too_much(node, most):
    table = node.get("Relation Name")
    if table in BIG:
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if node["Node Type"] == "Seq Scan" or rows > most:
            yield table, node["Node Type"], node.get("Index Name", ""), round(rows)
    for inner in node.get("Plans", ()):
        yield from _too_much(inner, most)


class Reader:
    """Sees the statements of a block, and keeps what reads too much by what asked for it."""

    def __init__(self):
        self.found, self.seen, self.asking, self.count = {}, set(), "", 0

    @property
    def most(self):
        """How many rows of a table a statement may read."""
        return inf if urlsplit(self.asking).path in SUMS else MOST_READ

    def __call__(self, execute, sql, params, many, context):
        sql = sql if isinstance(sql, str) else sql.as_string(connection.connection)
        key = (sql, str(params))
        if sql.lstrip().startswith(("SELECT", "WITH")) and key not in self.seen:
            self.seen.add(key)
            self.count += 1
            if scans := _explained(sql, params, self.most):
                self.found.setdefault(self.asking, []).extend(scans)
        return execute(sql, params, many, context)


def _explained(sql, params, most):
    with connection.cursor() as cursor:
        cursor.cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF, BUFFERS OFF) " + sql, params
        )
        (answer,) = cursor.cursor.fetchone()
    plan = json.loads(answer) if isinstance(answer, str) else answer
    return list(_too_much(plan[0]["Plan"], most))


def ask(shop, page, narrowed):
    """Open a page; of a filter only the rows of the list and their number are asked for."""
    query = urlsplit(page.address).query
    if narrowed is None or "?" not in page.name:
        shop.get(page.address)
        return
    request = narrowed.request
    again = type(narrowed)(QueryDict(query), narrowed.queryset, request=request)
    list(paging.CappedPaginator(again.qs, paging.PAGE_ROWS).page(1))


@pytest.mark.parametrize("name", lists())
def test_a_list_and_its_filters_read_no_big_table_as_a_whole(shop, name):
    address = lists()[name]
    narrowed = opened(shop, address)[0].get("filter")
    reader = Reader()
    wanted = list(of_list(shop, name, address))
    with connection.execute_wrapper(reader):
        for page in wanted:
            if f"?{BY_WORDS}=" in page.address or "?said_since=" in page.address:
                continue  # whoever wrote in a period: the period says how many are read
            reader.asking = page.address
            ask(shop, page, narrowed if isinstance(narrowed, FilterSet) else None)
    assert reader.count > 0
    assert reader.found == {}


def test_a_records_page_reads_no_big_table_as_a_whole(shop):
    reader = Reader()
    wanted = list(records())
    with connection.execute_wrapper(reader):
        for page in wanted:
            reader.asking = page.address
            shop.get(page.address)
    assert reader.found == {}
