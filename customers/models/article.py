"""Articles of the help centre."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.base import ExternalRecord, unique_in_source
from customers.models.knowledge_source import KnowledgeQuerySet, KnowledgeSource


class Visibility(models.TextChoices):
    """Who may read a text."""

    PUBLIC = "public", _("everybody")
    STAFF = "staff", _("staff only")


class Article(KnowledgeSource, ExternalRecord):
    """A help article, in Markdown, in one language."""

    KNOWLEDGE_FIELDS = frozenset(
        {"title", "body", "language", "status", "visibility", "expires_on"}
    )

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

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

    objects = KnowledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["category", "title"]
        constraints = [unique_in_source("article_unique_in_source")]
        indexes = [
            models.Index(fields=["language", "category", "title"], name="article_by_category")
        ]

    def __str__(self) -> str:
        return self.title
