"""The public help centre shows what everybody may read, to everybody, and nothing else."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Article
from tests.factories import ArticleFactory, UserFactory

TODAY = timezone.localdate()
STATES = {
    "public": ({}, True),
    "public until tomorrow": ({"expires_on": TODAY + timedelta(days=2)}, True),
    "draft": ({"status": "draft"}, False),
    "staff only": ({"visibility": "staff"}, False),
    "expired": ({"expires_on": TODAY - timedelta(days=2)}, False),
    "draft, staff only": ({"status": "draft", "visibility": "staff"}, False),
}


@pytest.fixture(autouse=True)
def one_more(db):
    """There is something to read in English, whatever else there is."""
    return ArticleFactory(title="Opening hours", body="Nine to five.", category="Shop")


def text_of(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("reader", ["anonymous", "staff"])
@pytest.mark.parametrize("state", STATES)
def test_who_reads_what(client, reader, state):
    columns, is_shown = STATES[state]
    article = ArticleFactory(title="Xylophone", body="Of xylophones.", category="Music", **columns)
    if reader == "staff":
        client.force_login(UserFactory(role="manager"))
    answer = client.get(article.public_address)
    assert answer.status_code == (200 if is_shown else 404)
    assert ("Of xylophones" in answer.content.decode()) is is_shown
    assert ("Xylophone" in text_of(client, "/help/")) is is_shown
    assert ("Of xylo" in text_of(client, "/help/search/?q=xylophone")) is is_shown
    assert client.get("/help/en/music/").status_code == (200 if is_shown else 404)
    staff_page = client.get(f"/articles/{article.pk}/")
    assert staff_page.status_code == (200 if reader == "staff" else 302)


def test_home_lists_the_first_articles_of_each_category(client):
    for number in range(9):
        ArticleFactory(title=f"Return {number}", category="Returns")
    page = text_of(client, "/help/")
    assert page.count("/help/articles/") == 7
    assert "all 9 articles" in page
    assert "Opening hours" in page


def test_a_category_is_paginated_with_the_beginnings_of_its_articles(client):
    for number in range(23):
        ArticleFactory(title=f"Return {number:02}", body="Send **it** back.", category="A & B")
    first = text_of(client, "/help/en/a-b/")
    assert first.count("Send it back.") == 20
    assert "page 1 of 2" in first
    assert text_of(client, "/help/en/a-b/?page=2").count("Send it back.") == 3
    assert client.get("/help/en/nothing/").status_code == 404
    assert client.get("/help/zh/a-b/").status_code == 404


def test_an_article_has_a_title_a_description_and_its_own_address(client):
    article = ArticleFactory(title="How to <return>", body="Within **30 days**.\n\n" + "x " * 200)
    page = text_of(client, article.public_address)
    assert "<title>How to &lt;return&gt; · Rapport shop</title>" in page
    assert '<meta name="description" content="Within 30 days. x x x' in page
    assert f'href="http://testserver/help/articles/{article.pk}-how-to-return/"' in page
    for former in (f"/help/articles/{article.pk}/", f"/help/articles/{article.pk}-old/"):
        assert client.get(former + "?highlight=a+b")["Location"] == (
            f"{article.public_address}?highlight=a+b"
        )


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999"])
def test_an_article_that_there_is_not_is_a_404_with_a_search(client, pk):
    answer = client.get(f"/help/articles/{pk}-x/")
    assert answer.status_code == 404
    assert "portal-search" in answer.content.decode()


def test_a_quotation_is_marked_and_brings_no_markup(client):
    article = ArticleFactory(body="Within 30 days.")
    page = text_of(client, f"{article.public_address}?highlight=30+days")
    assert '<mark class="cited" id="cited">30 days</mark>' in page
    attack = quote("<script>alert(1)</script>")
    assert "<script>alert" not in text_of(client, f"{article.public_address}?highlight={attack}")


def test_search_finds_titles_first_and_shows_the_place(client):
    ArticleFactory(title="Delivery", body="word " * 60 + "you may return it")
    ArticleFactory(title="Returning", body="Thirty days.")
    page = text_of(client, "/help/search/?q=returns")
    assert page.index("Returning</a>") < page.index("Delivery</a>")
    assert "you may return it" in page
    assert "noindex" in page


@pytest.mark.parametrize(
    "words",
    ["", " ", "'", "a & | !", "%00", "x" * 5000, "<script>alert(1)</script>", "refrigerator"],
)
def test_any_words_may_be_asked_for(client, words):
    page = text_of(client, f"/help/search/?q={words if words == '%00' else quote(words)}")
    assert "<script>alert" not in page
    assert ("Nothing was found" in page) is bool(words.strip())


def test_chinese_pages_are_in_chinese(client):
    article = ArticleFactory(
        title="退货说明", body="三十天内可以退货。", category="售后", language="zh"
    )
    home = text_of(client, "/help/?language=zh")
    assert '<html lang="zh-hans" dir="ltr">' in home
    assert "退货说明" in home
    assert "Opening hours" not in home
    assert "退货说明" not in text_of(client, "/help/")
    assert "退货说明" in text_of(client, "/help/", **{"accept-language": "zh-CN"})
    category = client.get(f"/help/zh/{quote('售后')}/")
    assert category["Content-Language"] == "zh-hans"
    assert "三十天内可以退货。" in category.content.decode()
    page = text_of(client, article.public_address + "?highlight=" + quote("可以退货"))
    assert '<mark class="cited" id="cited">可以退货</mark>' in page
    assert "退货说明" in text_of(client, "/help/search/?q=" + quote("怎么退货"))


def test_pages_hold_nothing_of_staff_and_set_no_cookie(client):
    user = UserFactory(username="secretive", role="manager")
    article = ArticleFactory(source="zendesk", external_id="z-77", title="Returns")
    article.edit(by=user, body="New text")
    client.force_login(user)
    client.cookies.clear()
    for address in ("/help/", article.public_address, "/help/search/?q=text", "/help/en/returns/"):
        answer = client.get(address)
        page = answer.content.decode()
        assert "secretive" not in page
        assert "z-77" not in page
        assert "csrfmiddlewaretoken" not in page
        assert not answer.cookies


def test_a_page_that_stands_is_not_sent_twice(client):
    article = ArticleFactory(body="Old.")
    first = client.get(article.public_address)
    assert first["Cache-Control"] == "public, no-cache"
    seen = {"if-none-match": first["ETag"]}
    assert client.get(article.public_address, headers=seen).status_code == 304
    article.edit(by=None, body="New.")
    assert client.get(article.public_address, headers=seen).status_code == 200
    article.unpublish(by=None)
    assert client.get(article.public_address, headers=seen).status_code == 404


def test_pages_are_only_read(client):
    assert client.post("/help/").status_code == 405
    assert client.post("/help/search/").status_code == 405
    assert client.head("/help/").status_code == 200


def test_asking_is_offered_on_every_page(client):
    assert "Ask a question" in text_of(client, "/help/")


def test_nothing_there_yet_is_said(client):
    Article.objects.all().delete()
    assert "There are no articles yet." in text_of(client, "/help/")


def test_pages_cost_the_same_queries_for_1_and_15_articles(client):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            text_of(client, address)
        return len(captured)

    first = ArticleFactory(title="Return a", category="Returns")
    addresses = ("/help/", "/help/en/returns/", "/help/search/?q=return", first.public_address)
    few = [queries(address) for address in addresses]
    for number in range(14):
        ArticleFactory(title=f"Return {number}", category="Returns")
    assert [queries(address) for address in addresses] == few


def test_pages_hold_to_the_content_security_policy(client, one_more):
    for address in ("/help/", one_more.public_address, "/help/search/?q=hours"):
        answer = client.get(address)
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert b"<style" not in answer.content
        assert b" style=" not in answer.content
        assert b"<script>" not in answer.content
