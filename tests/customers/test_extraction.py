"""Fields that texts name: what is found, where, and what is not taken for one."""

import pytest

from customers.extraction import (
    Named,
    fields_in,
    order_numbers,
    order_shapes,
    things_named,
    wishes,
)

SHOP = order_shapes(["FK-10001", "FK-9999", "FK-10233"])
DIGITS = order_shapes(["000012", "001234"])


def numbers(text, shape=SHOP):
    return [(one.value, text[one.start : one.end]) for one in order_numbers(text, shape)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is FK-10001?", [("FK-10001", "FK-10001")]),
        ("where is #fk-10001", [("FK-10001", "fk-10001")]),
        ("FK 10002 and FK-10002", [("FK 10002", "FK 10002"), ("FK-10002", "FK-10002")]),
        ("订单FK-10001还没到", [("FK-10001", "FK-10001")]),
        ("FK-1 and XX-10001 and FK-100011 and AFK-10001", []),
    ],
)
def test_order_numbers_look_as_the_shops_do(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my order 001234 is late", [("001234", "001234")]),
        ("#000012", [("000012", "000012")]),
        ("订单号是001235", [("001235", "001235")]),
        ("I paid 123456 in all", []),
        ("call 001234", []),
    ],
)
def test_bare_digits_count_only_where_they_are_called_an_order(text, found):
    assert numbers(text, DIGITS) == found


def test_a_shop_without_orders_has_no_order_numbers():
    assert order_shapes([]) is None
    assert order_numbers("FK-10001", None) == []


@pytest.mark.parametrize(
    ("text", "kind", "value", "words"),
    [
        ("Ring me on 020 7946 0958.", "phone", "+44 20 7946 0958", "020 7946 0958"),
        ("Write to ada@example.com.", "email", "ada@example.com", "ada@example.com"),
        ("It is 12 Baker Street now.", "address", "12 Baker Street", "12 Baker Street"),
        ("postcode is NW1 6XE", "postcode", "NW1 6XE", "NW1 6XE"),
        ("邮编：200001", "postcode", "200001", "200001"),
        ("我住在上海市浦东新区世纪大道100号", "address", "上海市浦东新区世纪大道100号",
         "上海市浦东新区世纪大道100号"),
        ("I need two of them", "quantity", "2", "two of them"),
        ("我要两个", "quantity", "2", "两个"),
        ("by 3 March 2026 please", "date", "3 March 2026", "3 March 2026"),
        ("3月5日之前", "date", "3月5日", "3月5日"),
    ],
)  # fmt: skip
def test_plain_fields_are_found_with_their_words(text, kind, value, words):
    (found,) = fields_in(text, "GB")
    assert (found.kind, found.value, text[found.start : found.end]) == (kind, value, words)


def test_a_national_number_without_a_country_is_no_phone_number():
    assert fields_in("Ring 020 7946 0958", None) == []


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("I want my money back, the kettle is broken", ["get_refund", "product_fault"]),
        ("Please cancel my order", ["cancel_order"]),
        ("Could I exchange it?", ["change_order"]),
        ("I gave you the wrong address", ["change_shipping_address"]),
        ("It has not arrived yet", ["delivery_delay"]),
        ("我想退款", ["get_refund"]),
        ("麻烦修改收货地址", ["change_shipping_address"]),
        ("Thank you for the lovely mug", []),
    ],
)
def test_wishes_are_told_by_the_slugs_of_intents(text, slugs):
    assert [one.value for one in wishes(text)] == slugs


THINGS = [
    Named("1", ("Blue Enamel Kettle", "SKU-12")),
    Named("2", ("Kettle",)),
    Named("3", ("Mug",)),
    Named("4", ("青花瓷茶杯",)),
]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("The Blue Enamel Kettle broke", ["1"]),
        ("the blue enamel ketle broke", ["1"]),
        ("sku-12 broke", ["1"]),
        ("the kettle broke", ["2"]),
        ("my mug and my kettle", ["3", "2"]),
        ("the smuggler", []),
        ("青花瓷茶杯碎了", ["4"]),
        ("", []),
    ],
)
def test_products_are_named_with_a_slip_but_never_by_half_a_word(text, keys):
    assert [one.value for one in things_named(text, THINGS)] == keys


def test_ten_thousand_words_are_read_to_the_limit():
    text = "word " * 10_000 + "FK-10001"
    assert order_numbers(text, SHOP) == []
    assert fields_in(text, "GB") == []
