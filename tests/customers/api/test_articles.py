"""Articles and macros over the API: filters, versions, and what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import Article, Macro
from tests.factories import ArticleFactory, MacroFactory

TODAY = timezone.localdate()


def titles(api, query):
    return [row["title"] for row in api.get(f"/api/v1/articles/?{query}").json()["results"]]


def test_articles_are_narrowed(api):
    ArticleFactory(title="Returns", body="Send it.")
    ArticleFactory(title="Old", body="x", visibility="staff", expires_on=TODAY - timedelta(days=2))
    ArticleFactory(title="退货说明", body="可以退货", language="zh", status="draft")
    assert titles(api, "q=returning") == ["Returns"]
    assert titles(api, "visibility=staff") == ["Old"]
    assert titles(api, "language=zh&status=draft") == ["退货说明"]
    assert titles(api, "expired=true") == ["Old"]
    assert sorted(titles(api, "expired=false")) == ["Returns", "退货说明"]


def test_a_write_is_a_version_of_whoever_asked_and_equal_values_are_none(api):
    new = {"title": "Returns", "body": "Thirty days.", "visibility": "staff"}
    said = api.post("/api/v1/articles/", new, format="json").json()
    assert (said["slug"], said["versions"], said["status"]) == ("returns", 1, "draft")
    address = f"/api/v1/articles/{said['id']}/"
    assert api.patch(address, {"body": "14 days."}, format="json").json()["versions"] == 2
    assert api.patch(address, {"body": "14 days."}, format="json").json()["versions"] == 2
    article = Article.objects.get()
    assert [version.by.username for version in article.versions.all()] == ["partner", "partner"]
    key = "/api/v1/articles/by-external-id/docs/a1/"
    assert api.put(key, new, format="json").status_code == 201
    assert api.put(key, new, format="json").json()["versions"] == 1


@pytest.mark.parametrize(
    "wrong", [{"visibility": "all"}, {"body": "x" * 100_001}, {"expires_on": "soon"}, {"title": ""}]
)
def test_what_cannot_be_is_refused(api, wrong):
    article = ArticleFactory()
    answer = api.patch(f"/api/v1/articles/{article.pk}/", wrong, format="json")
    assert answer.status_code == 400
    assert article.versions.count() == 1


def test_macros_are_only_read(api):
    macro = MacroFactory()
    MacroFactory(is_active=False, language="zh")
    rows = api.get("/api/v1/macros/?is_active=true").json()["results"]
    assert [row["id"] for row in rows] == [macro.pk]
    assert "{{order.number}}" in rows[0]["body"]
    address = f"/api/v1/macros/{macro.pk}/"
    assert api.patch(address, {"body": "x"}, format="json").status_code == 405
    assert api.delete(address).status_code == 405
    assert Macro.objects.count() == 2
