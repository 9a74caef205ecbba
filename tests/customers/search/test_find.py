"""One box finds records of every kind: numbers exactly, words by their beginnings, typos mended."""

import pytest
from django.contrib.auth.models import AnonymousUser

from customers.search.find import find
from customers.search.spelling import corrected, deletes_of, refresh_words
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    MessageFactory,
    OrderFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory()


def found(words, user):
    return {group.kind: [hit.title for hit in group.hits] for group in find(words, user).groups}


def test_words_find_every_kind_of_record_and_nothing_else(agent):
    customer = CustomerFactory(name="Teapot Trading", email="t@example.com")
    CustomerFactory(name="Somebody Else")
    ProductFactory(name="Brown teapot", sku="TP-1")
    ProductFactory(name="Kettle")
    TicketFactory(subject="My teapot leaks", customer=customer)
    ArticleFactory(title="Caring for a teapot")
    assert found("teap", agent) == {
        "customer": ["Teapot Trading"],
        "ticket": ["My teapot leaks"],
        "product": ["Brown teapot"],
        "article": ["Caring for a teapot"],
    }
    assert found("zeppelin", agent) == {}


def test_a_ticket_is_found_by_what_was_said_in_it(agent):
    ticket = TicketFactory(subject="Help")
    MessageFactory(ticket=ticket, body="The spout of the samovar is cracked.")
    MessageFactory(ticket=ticket, body="Samovar, I said.")
    assert found("samov crack", agent) == {"ticket": ["Help"]}


@pytest.mark.parametrize("typed", ["100200", "#100200"])
def test_an_order_number_comes_first_and_says_that_it_is_exact(agent, typed):
    order = OrderFactory(number="100200")
    OrderFactory(number="1002001")
    MessageFactory(body="Where is 100200?")
    results = find(typed, agent)
    first = results.hits[0]
    assert (first.kind, first.pk, first.is_exact) == ("order", order.pk, True)
    assert [hit.title for hit in results.groups[0].hits] == ["100200", "1002001"]


def test_a_mail_address_a_sku_and_our_own_number_are_exact(agent):
    customer = CustomerFactory(email="ann.bell@example.com")
    CustomerFactory(email="ann.bell@example.com.au")
    product = ProductFactory(sku="TeA-015")
    ticket = TicketFactory()
    for typed, row in (
        ("Ann.Bell@example.com".lower(), customer),
        ("tea-015", product),
        (f"#{ticket.pk}", ticket),
    ):
        exact = [hit for hit in find(typed, agent).hits if hit.is_exact]
        assert row.pk in [hit.pk for hit in exact], typed


def test_chinese_words_are_found_inside_longer_runs(agent):
    CustomerFactory(name="王小明")
    ProductFactory(name="茉莉龙珠绿茶80克")
    ticket = TicketFactory(subject="问题")
    MessageFactory(ticket=ticket, body="我的订单还没有送到，请尽快处理。")
    assert found("小明", agent) == {"customer": ["王小明"]}
    assert found("绿茶", agent) == {"product": ["茉莉龙珠绿茶80克"]}
    assert found("没有送到", agent) == {"ticket": ["问题"]}
    assert found("到送", agent) == {}
    assert found("茶", agent) == {"product": ["茉莉龙珠绿茶80克"]}


def test_a_mistyped_word_is_mended_where_nothing_says_it(agent):
    ProductFactory(name="Gooseneck kettle")
    CustomerFactory(name="Johanna Katz")
    refresh_words()
    for typed in ("ketle", "kettel", "kettlle", "Kattle"):
        results = find(typed, agent)
        assert (results.words.lower(), results.is_mended) == ("kettle", True), typed
        assert [hit.title for hit in results.hits] == ["Gooseneck kettle"]
    assert not find("kett", agent).is_mended
    assert corrected("xylophone") == "xylophone"


def test_the_commonest_of_two_near_words_is_taken():
    ProductFactory.create_batch(2, name="Brown teapot")
    ProductFactory(name="Large teaport")
    assert refresh_words() == 5
    assert corrected("teapoft") == "teapot"
    assert deletes_of("cup") == ["cup", "up", "cp", "cu"]


def test_whole_words_and_later_records_stand_before_beginnings(agent):
    titles = ("Ann", "Annabel", "Ann")
    pks = [CustomerFactory(name=name).pk for name in titles]
    (group,) = find("ann", agent).groups
    assert [hit.pk for hit in group.hits] == [pks[2], pks[0], pks[1]]


def test_a_kind_with_more_than_five_leads_to_its_list(agent):
    CustomerFactory.create_batch(7, name="Bell & Sons")
    (group,) = find("bell &", agent).groups
    assert len(group.hits) == 5
    assert group.more == "/customers/?q=bell+%26"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "a", "' OR 1=1 --", ":*", "a:*&|!()<->", "\\", "'; DROP", "\x00\x00", "é" * 5000,
     "9" * 40, "#99999999999999999999", "%_%", "🫖🫖", "<-> <2>", "'" * 50],
)  # fmt: skip
def test_whatever_is_typed_is_answered(agent, typed):
    CustomerFactory(name="Ann")
    find(typed, agent)


def test_strangers_find_nothing():
    CustomerFactory(name="Ann Bell")
    ArticleFactory(title="Ann's page")
    assert found("ann", AnonymousUser()) == {}


def test_the_number_of_statements_does_not_depend_on_what_is_found(
    agent, django_assert_max_num_queries
):
    for _ in range(12):
        customer = CustomerFactory(name="Teapot Trading")
        TicketFactory(subject="teapot", customer=customer)
        ProductFactory(name="teapot")
        ArticleFactory(title="teapot")
    with django_assert_max_num_queries(20):
        find("teapot", agent)
