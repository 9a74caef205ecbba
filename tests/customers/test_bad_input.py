"""Whatever is sent is taken as text or refused; nothing of it is a failure of ours."""

import json

import pytest
from bs4 import BeautifulSoup
from rest_framework.test import APIClient

from customers.models import Article, Customer, Message, Review, Ticket
from tests.customers.desk import posting
from tests.factories import (
    ArticleFactory,
    CustomerFactory,
    OrderFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)
from tests.partners import bearer

pytestmark = pytest.mark.django_db

HTML = "<script>alert('x')</script><img src=x onerror=alert(1)>"
WORDS = " ".join(f"word{number}" for number in range(10_000))
TEXTS = {
    "html": HTML,
    "ten thousand words": WORDS,
    "one long word": "a" * 60_000,
    "Arabic": "أين طلبي؟ لم يصل بعد.",
    "Thai": "พัสดุของฉันอยู่ที่ไหน",
    "emoji": "🫖🫖🫖 👩‍👩‍👧‍👦 ❤️‍🔥",
    "unseen": "\u202e\u200b\u2066\U000e0041 parcel",
    "templates": "{{ 7*7 }} {% debug %} ${7*7}",
    "controls": "\x01\x02\x08\x1b[31m red",
    "blank": " \t\r\n\u00a0",
}
MARKDOWN = {
    "an open fence": "```\nnever closed",
    "an open link": "[a](http://x.example",
    "an open table": "| a | b |\n|--",
    "deep quotes": ">" * 3000 + " a",
    "deep lists": "\n".join("  " * depth + "- a" for depth in range(200)),
    "many brackets": "[" * 5000,
    "many stars": "**a " * 3000,
    "html": HTML,
    "script links": "[a](javascript:alert(1)) [b](data:text/html,x) <javascript:alert(1)>",
    "foreign references": "[a]: javascript:alert(1)\n\n[a]",
}


@pytest.fixture
def api():
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=bearer(UserFactory(role="partner")))
    return client


@pytest.fixture
def agent(client):
    client.raise_request_exception = False
    client.force_login(UserFactory(role="admin", is_staff=True, is_superuser=True))
    return client


def shown(agent, address):
    answer = agent.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def is_text(page):
    """Whether nothing of HTML stands in the page as an element."""
    return "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_of_a_ticket_is_taken_or_refused_and_shown_as_text(api, agent, text):
    customer = CustomerFactory()
    row = {"customer": customer.pk, "subject": text[:200], "body": text}
    answer = api.post("/api/v1/tickets/", row, format="json")
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        pk = answer.json()["id"]
        assert is_text(shown(agent, f"/tickets/{pk}/"))
        assert is_text(shown(agent, "/tickets/"))
        assert is_text(shown(agent, f"/customers/{customer.pk}/"))
    else:
        assert not Ticket.objects.exists()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_name_of_a_customer_is_taken_or_refused_and_shown_as_text(api, agent, text):
    row = {"name": text, "company": text, "city": text, "notes": text, "tags": [text[:40]]}
    answer = api.post("/api/v1/customers/", row, format="json")
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        pk = answer.json()["id"]
        OrderFactory(customer_id=pk)
        TicketFactory(customer_id=pk)
        for address in (f"/customers/{pk}/", "/customers/", "/tickets/", "/orders/"):
            assert is_text(shown(agent, address))


@pytest.mark.parametrize("name", ["name", "category", "brand", "description", "sku"])
def test_html_in_a_product_is_text_wherever_it_is_shown(agent, name):
    product = ProductFactory(**{name: HTML})
    ReviewFactory(product=product)
    OrderFactory(lines=0).lines.create(
        product=product, position=1, description=HTML, quantity=1, unit_price=1
    )
    for address in (f"/products/{product.pk}/", "/products/", "/reviews/", "/insight/"):
        assert is_text(shown(agent, address))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_review_is_taken_or_refused_and_shown_as_text(api, agent, text):
    product = ProductFactory()
    row = {
        "product": product.pk, "rating": 3, "title": text[:200], "body": text,
        "written_at": "2026-03-01T12:00Z",
    }  # fmt: skip
    answer = api.post("/api/v1/reviews/", row, format="json")
    assert answer.status_code in (201, 400)
    assert Review.objects.count() == (answer.status_code == 201)
    assert is_text(shown(agent, f"/products/{product.pk}/"))
    assert is_text(shown(agent, "/reviews/"))


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_broken_markdown_is_shown_without_elements_of_its_own(agent, text):
    article = ArticleFactory(body=text)
    page = shown(agent, f"/articles/{article.pk}/")
    assert is_text(page)
    for scheme in ("javascript:", "data:"):
        assert f'href="{scheme}' not in page


def test_a_picture_of_another_site_in_an_article_is_not_loaded(agent):
    body = "![a](https://evil.example/pixel.gif)\n\n![b](//evil.example/x)\n\n![own](/static/a.png)"
    page = shown(agent, f"/articles/{ArticleFactory(body=body).pk}/")
    sources = [tag.get("src") for tag in BeautifulSoup(page, "html.parser").find_all("img")]
    assert not [source for source in sources if "evil.example" in source]


@pytest.mark.parametrize("body", ['"\\ud800"', '"\\u0000"', '"a\\u0000b"', '"\\udc80 x"'])
def test_characters_that_no_text_can_hold_are_refused(api, body):
    customer = CustomerFactory()
    raw = f'{{"customer": {customer.pk}, "subject": {body}, "body": {body}}}'
    answer = api.post("/api/v1/tickets/", raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Ticket.objects.exists()
    name = api.post("/api/v1/customers/", f'{{"name": {body}}}', content_type="application/json")
    assert name.status_code == 400
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("raw", ["[", "[]", "null", '"x"', "[" * 20_000, '{"a": NaN}'])
def test_a_body_that_is_no_record_is_refused(api, raw):
    answer = api.post("/api/v1/customers/", raw, content_type="application/json")
    assert answer.status_code == 400
    assert not Customer.objects.exists()


@pytest.mark.parametrize("row", [{}, {"name": "", "email": ""}, {"name": " ", "city": "York"}])
def test_a_customer_whom_nothing_tells_from_others_is_refused(api, row):
    answer = api.post("/api/v1/customers/", row, format="json")
    assert answer.status_code == 400
    assert "at least one of name, email, phone" in answer.content.decode()
    assert not Customer.objects.exists()
    named = CustomerFactory(name="Anna", email="", phone="", company="", external_id="")
    address = f"/api/v1/customers/{named.pk}/"
    assert api.patch(address, {"name": ""}, format="json").status_code == 400
    answer = api.patch(address, {"name": "", "phone": "+44 20 7946 0000"}, format="json")
    assert answer.status_code == 200


SEARCHES = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%27%20OR%201=1",
    "%22%3E%3Cscript%3Ealert",
    "a%20%26%20!(",
]


@pytest.mark.parametrize("words", [*SEARCHES, "x" * 3000])
def test_any_words_can_be_searched_for(agent, api, words):
    for kind in ("customers", "tickets", "products", "orders", "reviews"):
        page = agent.get(f"/{kind}/?q={words}")
        assert page.status_code in (200, 400), kind
        assert "<script>alert" not in page.content.decode()
    for kind in ("customer", "ticket", "product", "order"):
        assert agent.get(f"/admin/customers/{kind}/?q={words}").status_code in (200, 302, 400)
    for kind in ("customers", "tickets", "products", "orders"):
        assert api.get(f"/api/v1/{kind}/?search={words}").status_code in (200, 400)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "1.5", "%00", "٣"])
def test_any_page_can_be_asked_for(agent, page):
    TicketFactory()
    for kind in ("customers", "tickets", "products", "orders", "articles"):
        assert agent.get(f"/{kind}/?page={page}").status_code in (200, 404), kind


def test_an_answer_with_characters_that_no_text_can_hold_is_refused(agent):
    ticket = TicketFactory()
    before = Message.objects.count()
    answer = agent.post(f"/tickets/{ticket.pk}/reply/", {"body": "a\x00b", **posting.shown(ticket)})
    assert answer.status_code in (200, 400, 422)
    assert Message.objects.count() == before
    assert not Article.objects.exists()


def test_a_deep_json_of_rules_is_refused(api):
    rules = json.loads('{"version": 1, "match": "all", "rules": []}')
    for _ in range(400):
        rules = {"match": "all", "rules": [rules]}
    row = {"name": "Deep", "rules": {"version": 1, **rules}}
    assert api.post("/api/v1/audiences/", row, format="json").status_code in (400, 403)
