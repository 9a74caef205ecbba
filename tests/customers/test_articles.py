"""Articles keep their versions, know who may read them, and are found by their words."""

from datetime import date

import pytest

from customers.models import Article, ArticleChanged, ArticleVersion
from tests.factories import ArticleFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def numbers(article):
    return list(article.versions.order_by("number").values_list("number", flat=True))


def test_every_save_of_a_text_or_a_state_is_a_version_with_who_and_when():
    user = UserFactory()
    article = ArticleFactory(title="Returns", body="30 days", status="draft")
    article.edit(by=user, body="14 days", title="Returns now")
    article.publish(by=user)
    article.edit(by=None, expires_on=TODAY, visibility="staff")
    rows = article.versions.order_by("number")
    assert list(rows.values_list("title", "body", "status", "visibility", "by")) == [
        ("Returns", "30 days", "draft", "public", None),
        ("Returns now", "14 days", "draft", "public", user.pk),
        ("Returns now", "14 days", "published", "public", user.pk),
        ("Returns now", "14 days", "published", "staff", None),
    ]
    assert rows[3].expires_on == TODAY
    assert article.revision == 4


def test_saving_what_stands_there_already_makes_no_version():
    article = ArticleFactory()
    article.save()
    article.edit(by=UserFactory(), title=article.title, slug="another")
    article.publish(by=None)
    assert numbers(article) == [1]
    article.refresh_from_db()
    assert article.slug == "another"


def test_a_verb_writes_its_own_columns_and_its_version_tells_what_stands():
    article = ArticleFactory(body="old", status="draft")
    stale = Article.objects.get(pk=article.pk)
    article.edit(by=None, body="new")
    stale.publish(by=None)
    article.refresh_from_db()
    assert (article.body, article.status, article.revision) == ("new", "published", 3)
    assert article.versions.get(number=3).body == "new"
    stale.title = "Title of one who looked before"
    stale.save()
    assert stale.versions.get(number=4).body == "new"


def test_a_second_editor_is_told_and_nothing_changes():
    ada, ben = UserFactory(), UserFactory()
    article = ArticleFactory(body="old")
    seen = article.revision
    article.edit(by=ada, seen=seen, body="of Ada")
    theirs = Article.objects.get(pk=article.pk)
    with pytest.raises(ArticleChanged) as told:
        theirs.edit(by=ben, seen=seen, body="of Ben")
    assert told.value.current.body == "of Ada"
    article.refresh_from_db()
    assert (article.body, numbers(article)) == ("of Ada", [1, 2])
    theirs.edit(by=ben, seen=told.value.current.revision, body="of Ben")
    assert numbers(article) == [1, 2, 3]


def test_restoring_a_version_is_a_new_one_and_opens_nothing():
    user = UserFactory()
    article = ArticleFactory(body="first", visibility="public", status="published")
    article.edit(by=None, body="second", visibility="staff", status="draft")
    article.restore(article.versions.get(number=1), by=user)
    article.refresh_from_db()
    assert (article.body, article.visibility, article.status) == ("first", "staff", "draft")
    latest = article.versions.first()
    assert (latest.number, latest.restored_from, latest.by) == (3, 1, user)
    assert article.versions.get(number=2).body == "second"


def test_versions_go_with_their_article():
    ArticleFactory().delete()
    assert not ArticleVersion.objects.exists()


@pytest.mark.parametrize(
    ("columns", "is_public"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"visibility": "staff"}, False),
        ({"expires_on": date(2026, 3, 1)}, False),
        ({"expires_on": date(2026, 3, 2)}, False),
        ({"expires_on": date(2026, 3, 3)}, True),
        ({"status": "draft", "visibility": "staff"}, False),
    ],
)
def test_public_is_what_is_published_for_everybody_and_not_expired(columns, is_public):
    article = ArticleFactory(**columns)
    assert Article.objects.public(on=TODAY).exists() is is_public
    assert article.is_public(TODAY) is is_public


def test_expired_articles_are_those_from_their_day_on():
    ArticleFactory()
    article = ArticleFactory(expires_on=TODAY)
    assert list(Article.objects.expired(on=TODAY)) == [article]
    assert not Article.objects.expired(on=date(2026, 3, 1)).exists()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How to return something?", "how-to-return-something"),
        ("退货说明", "退货说明"),
        ("???", ""),
    ],
)
def test_an_address_is_made_of_the_title(title, slug):
    assert ArticleFactory(title=title).slug == slug


def test_an_address_that_was_given_stays_when_the_title_changes():
    article = ArticleFactory(title="Returns")
    article.edit(by=None, title="Returns and refunds")
    assert article.slug == "returns"


def found(words):
    return list(Article.objects.found_by(words).values_list("title", flat=True))


def test_english_is_found_by_stems_and_titles_come_first():
    ArticleFactory(title="Delivery", body="You may return it.")
    ArticleFactory(title="Returning something", body="Thirty days.")
    ArticleFactory(title="Returns in Dutch", body="x", language="nl")
    assert found("returned") == ["Returning something", "Delivery"]
    assert found("how do I return") == ["Returning something", "Delivery"]


def test_all_words_come_before_any_of_them():
    ArticleFactory(title="Kettles", body="Descale the kettle.")
    ArticleFactory(title="Lamps", body="Dust the lamp.")
    assert found("kettle descale") == ["Kettles"]
    assert sorted(found("kettle lamp")) == ["Kettles", "Lamps"]
    assert found("refrigerator") == []


def test_chinese_is_found_by_neighbouring_characters():
    ArticleFactory(title="退货说明", body="三十天内可以退货。", language="zh")
    ArticleFactory(title="送货", body="货物三天到。", language="zh")
    assert found("退货") == ["退货说明"]
    assert found("怎么退货") == ["退货说明"]
    assert found("明") == ["退货说明"]
    assert sorted(found("货")) == ["退货说明", "送货"]


def test_markup_and_hidden_text_are_not_searched():
    ArticleFactory(title="A", body="[here](/secret-address/) <!-- hidden --> **bold**")
    assert found("secret") == found("hidden") == []
    assert found("bold") == ["A"]


@pytest.mark.parametrize(
    "words", ["'", "zz' & !yy | (", "\x00", "   ", "'; DROP", "*" * 5000, "é" * 9000]
)
def test_any_words_may_be_asked_for(words):
    ArticleFactory()
    assert found(words) == []
    assert Article.objects.matching(words).count() in (0, 1)


def test_a_long_chinese_article_can_be_saved():
    body = "".join(chr(0x4E00 + at * 7919 % 20_000) for at in range(100_000))
    assert ArticleFactory(title="长", body=body, language="zh").pk
