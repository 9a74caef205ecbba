"""CSV for spreadsheets: exact, streamed, and with nothing in it that would run."""

import csv
import datetime as dt
import io
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from customers.admin.csv_export import cell
from customers.models import User
from tests.customers.admin.rows import MAKERS, address, changed, make_customer
from tests.factories import ArticleFactory, ProductFactory
from tests.hostile_cells import cells, is_live

BYTE_ORDER_MARK = "\ufeff"


def export(client, rows, **more):
    data = {"action": "export_csv", "_selected_action": [row.pk for row in rows], **more}
    answer = client.post(address(rows[0], "changelist"), data)
    assert answer.status_code == 200
    assert answer.streaming
    return answer, b"".join(answer.streaming_content).decode()


def test_an_export_holds_the_chosen_rows_exactly(admin):
    chosen = ArticleFactory(
        source="shop", external_id="a1", title="How, and why", body='Say "please".\nThen wait.'
    )
    moment = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    changed(chosen, updated_at=moment, expires_on=dt.date(2027, 1, 31))
    ArticleFactory(title="Another")
    answer, content = export(admin, [chosen])
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="article.csv"'
    assert content == (
        BYTE_ORDER_MARK
        + "source,external_id,title,body,category,language,status,visibility,expires_on,"
        + "slug,revision,updated_at\r\n"
        + 'shop,a1,"How, and why","Say ""please"".\nThen wait.",Returns,en,published,'
        + "public,2027-01-31,how-and-why,1,2026-03-02T12:00:00+00:00\r\n"
    )


def test_an_export_reaches_all_pages_of_the_list(admin):
    rows = [ArticleFactory() for _ in range(3)]
    _, content = export(admin, rows[:1], select_across="1")
    assert content.count("\r\n") == 4


def test_numbers_and_lists_are_written_plainly(admin):
    customer = make_customer(tags=["vip", "wholesale"], name="=1+1")
    changed(customer, spent_total="-12.5000", order_count=3)
    _, content = export(admin, [customer])
    header, line = content.removeprefix(BYTE_ORDER_MARK).splitlines()
    values = dict(zip(header.split(","), line.split(","), strict=True))
    assert values["name"] == "'=1+1"
    assert values["tags"] == "vip; wholesale"
    assert (values["spent_total"], values["order_count"]) == ("-12.5000", "3")
    assert (values["segment_id"], values["suggested_segment_id"]) == ("", "loyal")


def hostile(row):
    """The row with a formula in each of its texts that may hold one."""
    for place, field in enumerate(row._meta.concrete_fields):
        is_plain = field.get_internal_type() in ("CharField", "TextField", "EmailField")
        is_own = field.primary_key or field.generated or field.choices or field.remote_field
        if is_plain and not is_own:
            said = cells()[place][: field.max_length]
            with suppress(DatabaseError), transaction.atomic():
                changed(row, **{field.name: said})


@pytest.mark.parametrize("name", MAKERS)
def test_every_list_can_be_exported_and_no_cell_of_it_runs(admin, name):
    row = MAKERS[name]()
    hostile(row)
    _, content = export(admin, [row])
    rows = list(csv.reader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert len(rows) == 2
    assert [cell for cell in rows[1] if is_live(cell)] == []


def test_no_password_leaves_with_the_users(admin):
    _, content = export(admin, [admin.user])
    assert "password" not in content
    assert User.objects.get(pk=admin.user.pk).password not in content


def test_an_agent_exports_nothing(client, agent_user):
    client.force_login(agent_user)
    product = ProductFactory(name="Secret")
    answer = client.post(
        address(product, "changelist"), {"action": "export_csv", "_selected_action": product.pk}
    )
    assert answer.status_code == 302
    assert b"Secret" not in answer.content


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "＝1+1",
        "＋1x",
        "－1x",
        "＠x",
        "  =1+1",
        "\u00a0=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\x00=1+1",
        "'=1+1",
        "+44 20 7946 0000",
        "-1,000",
        "=1",
    ],
)
def test_what_would_run_gets_an_apostrophe(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "Ada", "a=b", "1+1", "-12.50", "+3", "1e-07", "-0", "'tis", "ada@example.com", "茶"],
)
def test_what_is_harmless_stays_as_it_is(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello\n=1+1", "Hello\n'=1+1"),
        ("a\r\n @x\nb", "a\r\n' @x\nb"),
        ("=1\n=2", "'=1\n'=2"),
        ("one\n\ntwo", "one\n\ntwo"),
    ],
)
def test_every_line_of_a_text_is_guarded(text, written):
    assert cell(text) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "true"),
        (Decimal("-12.5000"), "-12.5000"),
        (Decimal("1E+3"), "1000"),
        (-3, "-3"),
        (-0.25, "-0.25"),
        (dt.date(2026, 3, 2), "2026-03-02"),
        (["=1", "b"], "'=1; b"),
        ({"name": "café"}, '{"name": "café"}'),
    ],
)
def test_values_are_written_as_text(value, written):
    assert cell(value) == written
