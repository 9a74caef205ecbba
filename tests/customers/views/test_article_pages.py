"""Staff write, preview, publish, compare, bring back and delete articles."""

import pytest

from customers.models import Article
from tests.factories import ArticleFactory, UserFactory

FORM = {
    "title": "Returns",
    "body": "Within **30 days**.",
    "category": "Returns",
    "language": "en",
    "visibility": "public",
    "expires_on": "",
    "slug": "",
}


@pytest.fixture
def manager(client, db):
    client.force_login(UserFactory(username="manager", role="manager"))
    return client


def sent(article, **changes):
    kept = {name: getattr(article, name) or "" for name in FORM}
    return {**kept, "revision": article.revision, "do": "save", **changes}


def listed(client, query):
    page = client.get(f"/articles/?{query}").context["page"]
    return [article.title for article in page.object_list]


def test_the_list_is_searched_and_narrowed(agent):
    ArticleFactory(title="Returns", body="Send it back.", category="A")
    ArticleFactory(title="Draft", body="x", status="draft", category="B", expires_on="2026-01-01")
    ArticleFactory(title="退货说明", language="zh", visibility="staff", category="A")
    assert listed(agent, "q=sending") == ["Returns"]
    assert listed(agent, "q=退货") == ["退货说明"]
    assert listed(agent, "status=draft") == ["Draft"]
    assert listed(agent, "language=zh") == ["退货说明"]
    assert listed(agent, "category=A&language=en") == ["Returns"]
    assert listed(agent, "visibility=staff") == ["退货说明"]
    assert listed(agent, "expired=yes") == ["Draft"]
    assert sorted(listed(agent, "expired=no")) == ["Returns", "退货说明"]
    assert "Nothing matches" in agent.get("/articles/?q=refrigerator").content.decode()


@pytest.mark.parametrize(("button", "status"), [("save", "draft"), ("publish", "published")])
def test_an_article_is_written_and_published_or_not(agent, button, status):
    answer = agent.post("/articles/new/", {**FORM, "do": button})
    article = Article.objects.get()
    assert answer["Location"] == f"/articles/{article.pk}/"
    assert (article.title, article.status, article.slug) == ("Returns", status, "returns")
    assert article.versions.get().by == agent.user


def test_the_form_of_a_new_article_takes_what_an_address_gives(agent):
    page = agent.get("/articles/new/?title=Lost+parcels&status=published").content.decode()
    assert 'value="Lost parcels"' in page
    assert not Article.objects.exists()


def test_a_preview_shows_the_text_and_saves_nothing(agent):
    answer = agent.post("/articles/new/", {**FORM, "title": "", "do": "preview"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<strong>30 days</strong>" in page
    assert "Within **30 days**." in page
    assert "errorlist" not in page
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"body": ""},
        {"body": "x" * 100_001},
        {"language": "not a language"},
        {"visibility": "nobody"},
        {"expires_on": "soon"},
        {"slug": "two words"},
    ],
)
def test_a_mistake_keeps_what_was_typed_and_changes_nothing(agent, wrong):
    article = ArticleFactory(title="Old", body="Old.")
    answer = agent.post(f"/articles/{article.pk}/edit/", sent(article, body="New.") | wrong)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert next(iter(wrong.values())) in answer.content.decode()
    article.refresh_from_db()
    assert (article.body, article.revision) == ("Old.", 1)


def test_an_edit_is_a_version_of_whoever_saved(agent):
    article = ArticleFactory()
    change = sent(article, title="New title", visibility="staff", expires_on="2027-01-31")
    assert agent.post(f"/articles/{article.pk}/edit/", change).status_code == 302
    latest = article.versions.first()
    assert (latest.number, latest.title, latest.by) == (2, "New title", agent.user)
    assert (latest.visibility, str(latest.expires_on)) == ("staff", "2027-01-31")
    assert latest.status == "published"


def test_the_second_of_two_editors_is_told_and_loses_nothing(agent):
    article = ArticleFactory(title="Returns", body="Within 30 days.")
    first_look = sent(article, body="Within 14 days.")
    article.edit(by=UserFactory(username="ben"), body="Within 60 days.")
    answer = agent.post(f"/articles/{article.pk}/edit/", first_look)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Version 2 by ben" in page
    assert "<del>60</del>" in page
    assert "<ins>14</ins>" in page
    assert "Within 14 days.</textarea>" in page
    assert Article.objects.get().body == "Within 60 days."
    again = {**first_look, "revision": answer.context["form"].data["revision"]}
    assert agent.post(f"/articles/{article.pk}/edit/", again).status_code == 302
    bodies = article.versions.order_by("number").values_list("body", flat=True)
    assert list(bodies) == ["Within 30 days.", "Within 60 days.", "Within 14 days."]


@pytest.mark.parametrize("revision", ["", "nonsense", "-1", "99999999999999999999"])
def test_an_edit_without_a_version_overwrites_nothing(agent, revision):
    article = ArticleFactory(body="Old.")
    answer = agent.post(f"/articles/{article.pk}/edit/", sent(article, body="x", revision=revision))
    assert answer.status_code in (409, 422)
    assert Article.objects.get().body == "Old."


def test_publishing_and_taking_back_are_versions(agent):
    article = ArticleFactory(status="draft")
    agent.post(f"/articles/{article.pk}/publish/", {"published": "1"})
    assert Article.objects.get().status == "published"
    agent.post(f"/articles/{article.pk}/publish/", {"published": "0"})
    assert Article.objects.get().status == "draft"
    assert article.versions.count() == 3
    assert agent.get(f"/articles/{article.pk}/publish/").status_code == 405


def test_a_version_shows_what_it_changed_and_can_be_brought_back(agent):
    article = ArticleFactory(title="Returns", body="One.\nTwo.\nThree.\n\nWithin 30 days.")
    article.edit(by=None, body="One.\nTwo.\nThree.\n\nWithin 14 days.", category="Money")
    page = agent.get(f"/articles/{article.pk}/versions/2/").content.decode()
    assert "<del>30</del>" in page
    assert "<ins>14</ins>" in page
    assert "<ins>Money</ins>" in page
    versions = agent.get(f"/articles/{article.pk}/versions/").content.decode()
    assert "version 1" in versions
    assert "version 2" in versions
    agent.post(f"/articles/{article.pk}/versions/1/restore/")
    article.refresh_from_db()
    assert article.body.endswith("Within 30 days.")
    assert article.versions.first().restored_from == 1
    assert agent.get(f"/articles/{article.pk}/versions/9/").status_code == 404
    assert agent.post(f"/articles/{article.pk}/versions/9/restore/").status_code == 404


def test_deleting_is_asked_first_and_is_for_managers(agent, manager, client):
    article = ArticleFactory()
    client.force_login(UserFactory())
    assert client.post(f"/articles/{article.pk}/delete/").status_code == 403
    client.force_login(UserFactory(role="manager"))
    assert "for good" in client.get(f"/articles/{article.pk}/delete/").content.decode()
    assert Article.objects.exists()
    assert client.post(f"/articles/{article.pk}/delete/")["Location"] == "/articles/"
    assert not Article.objects.exists()


def test_a_quotation_and_a_passage_are_marked(agent):
    article = ArticleFactory(body="You have **30 days** to change your mind.")
    passage = article.passages.filter().first() or article.passages.create(
        position=9, heading="Returns", body="30 days to change", language="en"
    )
    page = agent.get(f"/articles/{article.pk}/?highlight=30+days+to").content.decode()
    assert '<strong><mark class="cited" id="cited">30 days</mark></strong>' in page
    assert "<mark" in agent.get(f"/articles/{article.pk}/?cite={passage.pk}").content.decode()
    other = ArticleFactory(body=article.body)
    assert "<mark" not in agent.get(f"/articles/{other.pk}/?cite={passage.pk}").content.decode()
    for nonsense in ("x", "9" * 40, "-1", ""):
        page = agent.get(f"/articles/{article.pk}/?cite={nonsense}").content.decode()
        assert "<mark" not in page


def test_versions_cost_the_same_queries_for_2_and_20(agent, django_assert_num_queries):
    article = ArticleFactory()
    for number in range(2):
        article.edit(by=UserFactory(), body=f"{number}")
    agent.get(f"/articles/{article.pk}/versions/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        agent.get(f"/articles/{article.pk}/versions/")
    for number in range(18):
        article.edit(by=UserFactory(), body=f"again {number}")
    with CaptureQueriesContext(connection) as many:
        agent.get(f"/articles/{article.pk}/versions/")
    assert len(few) == len(many)
