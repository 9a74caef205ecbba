"""Articles of the help centre, each with all the versions that it had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchRank, SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from customers.models.base import ExternalRecord, RecordQuerySet, unique_in_source
from customers.models.knowledge_source import KnowledgeQuerySet, KnowledgeSource
from customers.models.search import asked_words, searched_words, words_query
from customers.models.user import User
from customers.plain_markdown import plain

ENGLISH = "en"  # languages that begin so are searched by their stems, all others word by word


class Visibility(models.TextChoices):
    """Who may read a text."""

    PUBLIC = "public", _("everybody")
    STAFF = "staff", _("staff only")


def address_of_category(name: str) -> str:
    """What stands for a category in an address."""
    return slugify(name, allow_unicode=True) or "other"


class ArticleChanged(Exception):
    """Somebody else saved the article meanwhile: `current` is what stands there now."""

    def __init__(self, current: Article) -> None:
        super().__init__(f"article {current.pk} is at version {current.revision}")
        self.current = current


class ArticleQuerySet(KnowledgeQuerySet):
    """Many articles at once."""

    def public(self, *, on: date) -> Self:
        """What everybody may read on that day: published, public and not expired."""
        public = self.filter(status=Article.Status.PUBLISHED, visibility=Visibility.PUBLIC)
        return public.exclude(expires_on__lte=on)

    def expired(self, *, on: date) -> Self:
        """Articles that are out of date on that day, which begins without them."""
        return self.filter(expires_on__lte=on)

    def matching(self, words: str) -> Self:
        """Articles that hold all of these words, or words beginning so; all for no word."""
        return self._found(words, every=True)

    def found_by(self, words: str) -> Self:
        """Articles for what somebody asks, the best first: those with all the words, or
        where there is none, those with any of them. None for no word.
        """
        if not asked_words(words):
            return self.none()
        found = self._found(words, every=True)
        if found.exists():
            return found._ranked(words, every=True)
        return self._found(words, every=False)._ranked(words, every=False)

    def _found(self, words: str, *, every: bool) -> Self:
        if not asked_words(words):
            return self.all()
        stems = words_query(words, config="english", every=every)
        plainly = words_query(words, config="simple", every=every)
        english = Q(language__startswith=ENGLISH)
        return self.filter(english & Q(search=stems) | ~english & Q(search=plainly))

    def _ranked(self, words: str, *, every: bool) -> Self:
        stems = words_query(words, config="english", every=every)
        plainly = words_query(words, config="simple", every=every)
        rank = Case(
            When(language__startswith=ENGLISH, then=SearchRank(F("search"), stems)),
            default=SearchRank(F("search"), plainly),
        )
        return self.order_by(rank.desc(), "pk")


def _searched(config: str) -> Any:
    return SearchVector("searched_title", weight="A", config=config) + SearchVector(
        "searched_body", weight="B", config=config
    )


class ArticleText(models.Model):
    """What an article says and who may read it: the columns that versions keep."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    MOST_CHARACTERS = 100_000

    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    category = models.CharField(_("category"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC
    )
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


TEXTS = ("title", "body", "category", "language")
VERSIONED = (*TEXTS, "status", "visibility", "expires_on")


class Article(KnowledgeSource, ExternalRecord, ArticleText):
    """A help article, in Markdown, in one language.

    `save` is the one way that articles are written: it keeps a version of what changed,
    and the words by which the article is found. `revision` is the number of the latest
    version. The article is out of date from `expires_on` on.
    """

    KNOWLEDGE_FIELDS = frozenset(
        {"title", "body", "language", "status", "visibility", "expires_on"}
    )

    slug = models.SlugField(
        _("address"),
        max_length=80,
        blank=True,
        allow_unicode=True,
        db_index=False,
        help_text=_("The end of its address in the help centre; made of the title if empty."),
    )
    revision = models.PositiveIntegerField(_("version"), default=0, editable=False)
    searched_title = models.TextField(_("title, as searched"), editable=False, default="")
    searched_body = models.TextField(_("text, as searched"), editable=False, default="")
    search = models.GeneratedField(
        expression=Case(
            When(language__startswith=ENGLISH, then=_searched("english")),
            default=_searched("simple"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["category", "title"]
        constraints = [unique_in_source("article_unique_in_source")]
        indexes = [
            models.Index(fields=["language", "category", "title"], name="article_by_category"),
            # the values that the list's filter of categories offers
            models.Index(fields=["category"], name="article_categories"),
            GinIndex(fields=["search"], name="article_search"),
        ]

    @property
    def is_published(self) -> bool:
        """Whether it is no draft any more."""
        return self.status == self.Status.PUBLISHED

    def is_expired(self, on: date | None = None) -> bool:
        """Whether it is out of date on that day, today unless said."""
        return self.expires_on is not None and self.expires_on <= (on or timezone.localdate())

    def is_public(self, on: date | None = None) -> bool:
        """Whether everybody may read it on that day: as `ArticleQuerySet.public`."""
        is_shown = self.is_published and self.visibility == Visibility.PUBLIC
        return is_shown and not self.is_expired(on)

    @property
    def public_address(self) -> str:
        """Its page in the help centre, for whoever may read it."""
        if not self.slug:
            return reverse("portal-article-short", args=[self.pk])
        return reverse("portal-article", args=[self.pk, self.slug])

    @property
    def category_address(self) -> str:
        """The page of its category in the help centre."""
        return reverse("portal-category", args=[self.language, address_of_category(self.category)])

    def save(
        self,
        *args: Any,
        by: User | None = None,
        restored_from: int | None = None,
        update_fields: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Save, with a version where a text or a state differs from what stands there."""
        fields = None if update_fields is None else {*update_fields}
        self.slug = self.slug or slugify(self.title, allow_unicode=True)[:80].strip("-")
        self.searched_title = " ".join(searched_words(self.title))
        self.searched_body = " ".join(searched_words(plain(self.body)))
        with transaction.atomic():
            fresh = self._fresh_version(fields)
            if fresh:
                self.revision = fresh.number
            if fields is not None:
                fields |= {"slug", "searched_title", "searched_body", "revision", "updated_at"}
            super().save(*args, update_fields=fields, **kwargs)
            if fresh:
                fresh.article, fresh.by, fresh.restored_from = self, by, restored_from
                fresh.save(force_insert=True)

    def edit(
        self,
        *,
        by: User | None,
        seen: int | None = None,
        restored_from: int | None = None,
        **changes: Any,
    ) -> None:
        """Set what is given and save it. `seen` is the version that the editor looked at:
        raises ArticleChanged, and changes nothing, where another one stands there now.
        """
        with transaction.atomic():
            current = Article.objects.select_for_update().defer("search").get(pk=self.pk)
            if seen is not None and seen != current.revision:
                raise ArticleChanged(current)
            for name in (*VERSIONED, "slug", "revision"):
                setattr(self, name, changes.get(name, getattr(current, name)))
            self.save(by=by, restored_from=restored_from, update_fields=changes)

    def publish(self, *, by: User | None) -> None:
        """Let those read it who may."""
        self.edit(by=by, status=self.Status.PUBLISHED)

    def unpublish(self, *, by: User | None) -> None:
        """Make it a draft again, which staff alone see."""
        self.edit(by=by, status=self.Status.DRAFT)

    def restore(self, version: ArticleVersion, *, by: User | None) -> None:
        """Take the texts of an earlier version; who may read it stays as it is now."""
        texts = {name: getattr(version, name) for name in TEXTS}
        self.edit(by=by, restored_from=version.number, **texts)

    def _fresh_version(self, fields: set[str] | None) -> ArticleVersion | None:
        """The version that saving these columns (None: all) makes; None where none differs.

        What stands in the row is read under its lock: two writers get two numbers.
        """
        standing = None
        if not self._state.adding:
            rows = Article.objects.select_for_update().filter(pk=self.pk)
            standing = rows.values(*VERSIONED, "revision").first()
        before = standing or {"revision": 0}
        after = {
            name: getattr(self, name) if fields is None or name in fields else before[name]
            for name in VERSIONED
        }
        if all(name in before and before[name] == after[name] for name in VERSIONED):
            return None
        return ArticleVersion(number=before["revision"] + 1, **after)


class ArticleVersion(ArticleText):
    """How an article was after one save of it, the first of which has the number 1."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="versions", verbose_name=_("article")
    )
    number = models.PositiveIntegerField(_("version"))
    by = models.ForeignKey(
        "customers.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("saved by")
    )
    restored_from = models.PositiveIntegerField(_("restored from version"), null=True)
    created_at = models.DateTimeField(_("saved at"), auto_now_add=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_of_article")
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="version_by_created")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def previous(self) -> ArticleVersion | None:
        """The version before it; None for the first."""
        rows = ArticleVersion.objects.filter(article=self.article_id, number__lt=self.number)
        return rows.order_by("-number").first()
