"""The help centre as everybody sees it, without a login: published, public, not expired.

Pages are in the language of what they show. They set no cookie and are the same for all
readers; a cache may keep them and asks each time whether they still stand.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page
from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import conditional_page, require_safe

from customers.excerpts import beginning, excerpt
from customers.languages import text_language, ui_language
from customers.models import Article
from customers.models.article import ArticleQuerySet, address_of_category
from customers.paging import page_of
from customers.plain_markdown import plain
from customers.quotations import quoted

OF_A_CATEGORY = 6  # articles that home shows of each
RELATED = 5
FOUND_ON_A_PAGE = 20
MOST_ASKED_CHARACTERS = 200
LISTED = ("title", "slug", "category", "language")


@login_not_required
@require_safe
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """The first articles of every category, in one language."""
    language = _language(request)
    rows = _public().filter(language=language).only(*LISTED)
    first = rows.annotate(
        place=Window(RowNumber(), partition_by="category", order_by=["title", "pk"]),
        in_category=Window(Count("pk"), partition_by="category"),
    ).filter(place__lte=OF_A_CATEGORY)
    context = {"articles": first.order_by("category", "place")}
    return _page(request, "portal/home.html", language, context)


@login_not_required
@require_safe
@conditional_page
def category(request: HttpRequest, language: str, category: str) -> HttpResponse:
    """All articles of a category."""
    rows = _public().filter(language=language)
    names = [
        name
        for name in rows.order_by("category").values_list("category", flat=True).distinct()
        if address_of_category(name) == category
    ]
    if not names:
        return _missing(request, language)
    listed = rows.filter(category__in=names).order_by("title", "pk").defer("search")
    page = _with_beginnings(page_of(listed, request, FOUND_ON_A_PAGE))
    context = {"category": names[0], "page": page}
    return _page(request, "portal/category.html", language, context)


@login_not_required
@require_safe
@conditional_page
def article(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One article; an address of former days leads to the one of today."""
    found = _public().filter(pk=pk).defer("search", "searched_title", "searched_body").first()
    if found is None:
        return _missing(request, _language(request))
    if slug != found.slug:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(found.public_address + query)
    others = _public().filter(language=found.language, category=found.category).only(*LISTED)
    context = {
        "article": found,
        "cited": quoted(request.GET, found),
        "description": beginning(plain(found.body)),
        "related": others.exclude(pk=pk).order_by("title", "pk")[:RELATED],
    }
    return _page(request, "portal/article.html", found.language, context)


@login_not_required
@require_safe
@conditional_page
def search(request: HttpRequest) -> HttpResponse:
    """What is found for some words: in the reader's language, else in any."""
    language = _language(request)
    words = request.GET.get("q", "").strip()[:MOST_ASKED_CHARACTERS]
    context: dict[str, Any] = {"words": words}
    if words:
        found = _public().filter(language=language).found_by(words)
        if not found.exists():
            found = _public().found_by(words)
        page = page_of(found.defer("search"), request, FOUND_ON_A_PAGE)
        for row in page.object_list:
            row.excerpt = excerpt(plain(row.body), words)
        context["page"] = page
    return _page(request, "portal/search.html", language, context)


def _public() -> ArticleQuerySet:
    return Article.objects.public(on=timezone.localdate())


def _language(request: HttpRequest) -> str:
    """The language that the address asks for, else the reader's, of those that there is
    anything in; English or the first one where there is nothing in it.
    """
    there_are = _languages()
    for language in (request.GET.get("language"), text_language(), "en"):
        if language in there_are:
            return language
    return there_are[0] if there_are else text_language()


def _languages() -> list[str]:
    rows = _public().order_by("language").values_list("language", flat=True)
    return list(rows.distinct())


def _with_beginnings(page: Page) -> Page:
    for row in page.object_list:
        row.excerpt = beginning(plain(row.body))
    return page


def _missing(request: HttpRequest, language: str) -> HttpResponse:
    return _page(request, "portal/missing.html", language, {}, 404)


def _page(
    request: HttpRequest,
    template: str,
    language: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    context |= {"text_language": language, "languages": _languages()}
    with translation.override(ui_language(language)):
        answer = render(request, template, context, status=status)
        answer["Content-Language"] = translation.get_language() or language
    answer["Cache-Control"] = "public, no-cache"
    return answer
