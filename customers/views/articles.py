"""The help centre as staff see it: the list, an article with its versions, its states."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.article_versions import difference
from customers.filters import ArticleFilter
from customers.models import Article, ArticleVersion
from customers.paging import page_of
from customers.quotations import quoted
from customers.views.access import StaffRequest, get_article_for, managers_only

WIDE = ("body", "search", "searched_title", "searched_body")


@require_GET
def article_list(request: StaffRequest) -> HttpResponse:
    """All articles, searched and narrowed, by language and category."""
    rows = Article.objects.visible_to(request.user).defer(*WIDE)
    narrowed = ArticleFilter(request.GET, rows.order_by("language", "category", "title", "pk"))
    context = {
        "filter": narrowed,
        "page": page_of(narrowed.qs, request),
        "today": timezone.localdate(),
    }
    return render(request, "articles/list.html", context)


@require_GET
def article_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One article as readers see it, a draft too, and what can be done with it."""
    article = get_article_for(request.user, pk)
    context = {
        "article": article,
        "cited": quoted(request.GET, article),
        "latest": article.versions.select_related("by").defer("body").first(),
    }
    return render(request, "articles/page.html", context)


@require_POST
def publish_article(request: StaffRequest, pk: int) -> HttpResponse:
    """Publish the article, or make it a draft again."""
    article = get_article_for(request.user, pk)
    if request.POST.get("published") == "1":
        article.publish(by=request.user)
        messages.success(request, _("The article is published."))
    else:
        article.unpublish(by=request.user)
        messages.success(request, _("The article is a draft again."))
    return redirect("article", pk=pk)


@managers_only
@require_http_methods(["GET", "POST"])
def delete_article(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whether the article may go for good with its versions, and delete it."""
    article = get_article_for(request.user, pk)
    if request.method == "GET":
        return render(request, "articles/delete.html", {"article": article})
    article.delete()
    messages.success(request, _("The article is deleted."))
    return redirect("articles")


@require_GET
def article_versions(request: StaffRequest, pk: int) -> HttpResponse:
    """All versions of an article, the latest first."""
    article = get_article_for(request.user, pk)
    rows = article.versions.select_related("by").defer("body").order_by("-number")
    context = {"article": article, "page": page_of(rows, request)}
    return render(request, "articles/versions.html", context)


@require_GET
def article_version(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """One version: what it changed, and how it read."""
    article = get_article_for(request.user, pk)
    version = _version(article, number)
    context = {
        "article": article,
        "version": version,
        "changed": difference(version.previous, version),
    }
    return render(request, "articles/version.html", context)


@require_POST
def restore_version(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Bring the texts of a version back, as a new one."""
    article = get_article_for(request.user, pk)
    article.restore(_version(article, number), by=request.user)
    messages.success(request, _("Version %(n)s is back, as a new version.") % {"n": number})
    return redirect("article", pk=pk)


def _version(article: Article, number: int) -> ArticleVersion:
    return get_object_or_404(article.versions.select_related("by"), number=number)
