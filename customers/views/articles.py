"""The help centre."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.models import Article
from customers.paging import page_of
from customers.views.access import get_article_for


@require_GET
def article_list(request: HttpRequest) -> HttpResponse:
    """All articles by category."""
    rows = Article.objects.visible_to(request.user).defer("body")
    page = page_of(rows.order_by("language", "category", "title"), request)
    return render(request, "articles/list.html", {"page": page})


@require_GET
def article_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One article."""
    article = get_article_for(request.user, pk)
    return render(request, "articles/page.html", {"article": article})
