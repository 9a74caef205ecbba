"""Products and their reviews."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.filters import ProductFilter, ReviewFilter
from customers.models import AspectMention, Review
from customers.models.aspect import mentions_with_aspects
from customers.models.product import Product
from customers.paging import page_of
from customers.views.access import get_product_for

RECENT_REVIEWS = 10


@require_GET
def product_list(request: HttpRequest) -> HttpResponse:
    """All products, searched, narrowed and sorted."""
    rows = Product.objects.visible_to(request.user).defer("search").order_by("name", "id")
    narrowed = ProductFilter(request.GET, rows)
    context = {"filter": narrowed, "page": page_of(narrowed.qs, request)}
    return render(request, "products/list.html", context)


@require_GET
def product_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: what it is, what customers say, what is like it."""
    product = get_product_for(request.user, pk)
    reviews = (
        Review.objects.visible_to(request.user)
        .filter(product=product)
        .select_related("customer", "sentiment_set_by")
    )
    reviews = reviews.prefetch_related(mentions_with_aspects()).defer("customer__search")
    similar = product.similar.select_related("similar").defer("similar__search")
    together = product.bought_together.select_related("other").defer("other__search")
    context = {
        "product": product,
        "reviews": reviews.order_by("-written_at")[:RECENT_REVIEWS],
        "has_mentions": AspectMention.objects.filter(review__product=product).exists(),
        "similar": similar.order_by("rank"),
        "bought_together": together.order_by("rank"),
    }
    return render(request, "products/page.html", context)


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """All reviews, the newest first."""
    rows = Review.objects.visible_to(request.user)
    rows = rows.select_related("product", "customer", "sentiment_set_by")
    rows = rows.prefetch_related(mentions_with_aspects())
    rows = rows.defer("product__search", "customer__search").order_by("-written_at", "-id")
    narrowed = ReviewFilter(request.GET, rows)
    page = page_of(narrowed.qs, request)
    context = {"filter": narrowed, "page": page, "product": _chosen_product(narrowed)}
    return render(request, "reviews/list.html", context)


def _chosen_product(narrowed: ReviewFilter) -> Product | None:
    """The product whose reviews alone are listed, if any."""
    return narrowed.form.cleaned_data.get("product") if narrowed.form.is_valid() else None
