"""Exports of Shopify, WooCommerce and Zendesk are recognised by their headers and read whole."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customers.imports.formats import FORMATS, format_named, recognised
from customers.imports.run import run_import
from customers.models import Customer, Import, Message, Order, Product, Ticket

pytestmark = pytest.mark.django_db

SHOPIFY_CUSTOMERS = """\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,\
Default Address Country Code,Phone,Total Spent,Total Orders,Note,Tags
'731037,Ada,Stone,ada@example.com,yes,Leeds,GB,'+447700900123,10.00,1,,"vip, b2b"
'731038,小明,王,wang@example.com,no,北京,CN,,0.00,0,,
"""
SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Billing Name,Billing Country,Cancelled at
#1001,ada@example.com,paid,2026-03-01 10:00:00 +0100,fulfilled,EUR,25.00,4.90,4.77,29.90,SALE,\
5.00,2026-03-01 10:00:00 +0100,2,Kettle - Red,10.00,KET-R,Ada Stone,GB,
#1001,ada@example.com,,,,,,,,,,,2026-03-01 10:00:00 +0100,1,Cup,10.00,,,,
#1002,ben@example.com,refunded,2026-03-02 10:00:00 +0100,,EUR,10.00,0.00,0.00,10.00,,0.00,\
2026-03-02 10:00:00 +0100,1,Cup,10.00,,Ben Bell,DE,2026-03-03 10:00:00 +0100
#1003,ben@example.com,pending,,,EUR,10.00,0.00,1.90,11.90,,0.00,\
2026-03-04 10:00:00 +0100,none,Cup,10.00,,Ben Bell,DE,
"""
SHOPIFY_PRODUCTS = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Qty,Variant Price,Image Src
kettle,Kettle,<p>Boils <b>water</b>.</p><p>Fast &amp; quiet</p>,Acme,Kitchen,,\
Colour,Red,KET-R,5,10.00,a.png
kettle,,,,,,,Blue,KET-B,0,11.00,
kettle,,,,,,,,,,,b.png
cup,Cup,,Acme,Kitchen,,Title,Default Title,,7,10.00,
"""
WOO_ORDERS = """\
Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),\
Country Code (Billing),Order Currency,Item Name,SKU,Quantity,Item Cost,Order Shipping Amount
77,wc-completed,2026-03-01 10:00,Ada,Stone,ada@example.com,GB,GBP,Kettle,ket-r,2,10,3.5
77,wc-completed,2026-03-01 10:00,Ada,Stone,ada@example.com,GB,GBP,Cup,,1,5,3.5
"""
WOO_PRODUCTS = """\
ID,Type,SKU,Name,Published,Description,Short description,Stock,Sale price,Regular price,Categories
9,simple,ket-r,Kettle,1,<p>Boils</p>,,5,8,10,"Home > Kitchen, Gifts"
10,simple,,Cup,1,,A cup,,,5,
"""
ZENDESK_JSON = [
    {
        "id": 35436,
        "subject": "Help, my printer is on fire!",
        "description": "The fire is very colorful.",
        "status": "hold",
        "priority": None,
        "requester_id": 20978392,
        "requester": {"id": 20978392, "email": "ada@example.com"},
        "tags": ["fire"],
        "created_at": "2026-03-01T10:00:00Z",
        "comments": [
            {"id": 1, "author_id": 20978392, "body": "The fire is very colorful."},
            {"id": 2, "author_id": 5, "body": "Step back.", "created_at": "2026-03-01T11:00:00Z"},
            {"id": 3, "author_id": 5, "body": "Odd one.", "public": False},
            {"id": 4, "author_id": 20978392, "body": "It is out."},
        ],
    }
]
ZENDESK_CSV = """\
ID,Requester,Requester id,Requester email,Assignee,Group,Subject,Tags,Status,Priority,Created at
7,Ada Stone,209,ada@example.com,Ben,Support,Where is it?,vip late,Open,High,2026-03-01 10:00
"""
FILES = {
    "shopify_customers": SHOPIFY_CUSTOMERS,
    "shopify_orders": SHOPIFY_ORDERS,
    "shopify_products": SHOPIFY_PRODUCTS,
    "woocommerce_orders": WOO_ORDERS,
    "woocommerce_products": WOO_PRODUCTS,
    "zendesk_tickets": ZENDESK_CSV,
    "woocommerce_customers": "Name,Username,Last active,Sign up,Email,Orders,Total spend,AOV\n",
    "zendesk_users": "id,name,email,role,organization,restriction,phone\n",
    "customers": "客户编号,姓名,手机,城市\n",
    "products": "SKU,商品名称,价格,库存\n",
    "orders": "订单号,下单时间,数量,单价,币种\n",
    "reviews": "asin,overall,reviewText\n",
    "tickets": "工单号,主题,内容\n",
    "messages": "ticket id,author,message,sent at\n",
    "articles": "id,title,body,section\n",
    "online_retail": "invoice_no,stock_code,description,quantity,invoice_time,unit_price_gbp,"
    "customer_id,country\n",
}


@pytest.fixture
def take_in(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path / "rejects"

    def run(kind, text, name="x.csv", source="shop"):
        path = tmp_path / name
        path.write_text(text)
        return run_import(format_named(kind, path), path, source)

    return run


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_columns(name):
    columns = [column.strip() for column in FILES[name].splitlines()[0].split(",")]
    found = recognised(columns)
    assert found is not None
    assert found.name == name


def test_columns_that_tell_nothing_are_no_format():
    assert recognised(["a", "b"]) is None


def test_shopifys_orders_belong_to_its_customers_and_have_its_totals(take_in):
    assert take_in("shopify", SHOPIFY_CUSTOMERS).created == 2
    ada = Customer.objects.get(external_id="731037")
    assert (ada.name, ada.phone, ada.city, ada.tags, ada.marketing_consent) == (
        *("Ada Stone", "+447700900123", "Leeds"),
        ["vip", "b2b"],
        True,
    )
    assert Customer.objects.get(external_id="731038").name == "王小明"
    outcome = take_in("shopify", SHOPIFY_ORDERS)
    assert (outcome.read, outcome.created, outcome.rejected) == (4, 3, 1)
    first, second = Order.objects.order_by("number")
    assert (first.customer, str(first.total), first.payment) == (ada, "29.9000", "paid")
    assert (first.status, first.fulfilment) == ("completed", "shipped")
    assert [str(line) for line in first.lines.order_by("position")] == [
        *("2 × Kettle - Red", "1 × Shipping", "1 × Discount", "1 × Cup"),
    ]
    assert (second.status, second.payment) == ("cancelled", "refunded")
    ben = second.customer
    assert (ben.name, ben.email) == ("Ben Bell", "ben@example.com")
    again = take_in("shopify", SHOPIFY_ORDERS)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


def test_a_refused_row_of_an_order_comes_back_with_what_rows_before_it_said(take_in, tmp_path):
    bad = SHOPIFY_ORDERS.replace(",1,Cup,10.00,,,,\n", ",none,Cup,10.00,,,,\n")
    outcome = take_in("shopify_orders", bad)
    assert outcome.rejected == 2
    refused = Import.objects.get().refused_rows.first()
    assert (refused.column, refused.cells["Currency"]) == ("Lineitem quantity", "EUR")
    mended = Path(outcome.rejects_file).read_text().replace(",none,", ",1,").splitlines()[:2]
    assert take_in("shopify_orders", "\n".join(mended) + "\n").created == 1
    assert Order.objects.get(number="#1001").lines.count() == 4


def test_shopifys_variants_are_products_that_orders_name(take_in):
    outcome = take_in("shopify", SHOPIFY_PRODUCTS)
    assert (outcome.read, outcome.created, outcome.rejected) == (4, 3, 0)
    red = Product.objects.get(sku="KET-R")
    assert (red.name, red.brand, red.stock) == ("Kettle - Red", "Acme", 5)
    assert red.description == "Boils water.\nFast & quiet"
    blue = Product.objects.get(sku="KET-B")
    assert (blue.name, str(blue.price), blue.brand) == ("Kettle - Blue", "11.0000", "Acme")
    take_in("shopify", SHOPIFY_ORDERS)
    assert Product.objects.count() == 3
    assert Order.objects.get(number="#1001").lines.filter(product=red).exists()


def test_woocommerces_orders_and_products_come_together(take_in):
    assert take_in("woocommerce", WOO_PRODUCTS).created == 2
    kettle = Product.objects.get(sku="ket-r")
    assert (str(kettle.price), kettle.category) == ("8.0000", "Kitchen")
    take_in("woocommerce", WOO_ORDERS)
    order = Order.objects.get()
    assert (str(order.total), order.payment, order.customer.name) == (
        "28.5000",
        "paid",
        "Ada Stone",
    )
    assert order.lines.filter(product=kettle).count() == 1


@pytest.mark.parametrize("wrapped", [False, True])
def test_zendesks_tickets_come_with_all_that_was_said(take_in, wrapped):
    document = {"tickets": ZENDESK_JSON, "count": 1} if wrapped else ZENDESK_JSON
    assert take_in("zendesk", json.dumps(document), "x.json").created == 1
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.priority, ticket.tags) == ("pending", "normal", ["fire"])
    assert ticket.customer.email == "ada@example.com"
    said = ticket.messages.order_by("external_id").values_list("author_kind", "body", "is_internal")
    assert list(said) == [
        ("customer", "The fire is very colorful.", False),
        ("agent", "Step back.", False),
        ("agent", "Odd one.", True),
        ("customer", "It is out.", False),
    ]
    assert Message.objects.get(body="Step back.").sent_at.hour == 11
    again = take_in("zendesk", json.dumps(document), "x.json")
    assert (again.created, again.updated) == (0, 0)


def test_zendesks_view_as_csv(take_in):
    take_in("zendesk", ZENDESK_CSV)
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status, ticket.priority) == ("Where is it?", "open", "high")
    assert (ticket.tags, ticket.customer.external_id) == (["vip", "late"], "209")


def test_the_command_takes_a_family_and_a_table_with_other_headers(take_in, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    path = tmp_path / "x.csv"
    path.write_text(SHOPIFY_CUSTOMERS)
    out = io.StringIO()
    call_command("import_shop", "shopify", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["created"] == 2
    assert set(Customer.objects.values_list("source", flat=True)) == {"shopify"}
    path.write_text("客户编号;姓名;电子邮箱\n9;李雷;li@example.com\n")
    call_command("import_shop", "generic", str(path), "--source", "erp", stdout=out)
    assert Customer.objects.get(source="erp").name == "李雷"
    with pytest.raises(CommandError, match="no export of zendesk"):
        call_command("import_shop", "zendesk", str(path))


def test_all_formats_name_what_they_are():
    for kind in FORMATS.values():
        assert str(kind.label)
        for field in kind.fields:
            assert str(field.label)
