"""Insight: sales, customers and their voice over a period, in plots and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from customers.insight.digests import sentences_of
from customers.insight.paragraphs import paragraph, shown_to
from customers.insight.scope import Scope, Shop, scope_of
from customers.models import DigestSubscription, Product, WeeklyDigest
from customers.paging import page_of
from customers.period_picker import period_context
from customers.plots.registry import PLOTS
from customers.views.access import StaffRequest, get_digest_for


@dataclass(frozen=True, slots=True)
class PlotCard:
    """A plot on a page: its name in the registry, its heading, and whether it needs width."""

    name: str
    title: str
    is_wide: bool = False

    @property
    def address(self) -> str:
        """Its address without an ending."""
        return reverse("plot", kwargs={"name": self.name, "kind": "svg"}).removesuffix(".svg")


@require_GET
def sales(request: StaffRequest) -> HttpResponse:
    """What was sold, to whom, and what of it came back."""
    cards = [
        PlotCard("sales-revenue", _("Revenue"), is_wide=True),
        PlotCard("sales-buyers", _("New and returning customers")),
        PlotCard("sales-order-value", _("Average order value")),
        PlotCard("sales-products", _("Top products")),
        PlotCard("sales-moved-products", _("Rising and falling products")),
        PlotCard("sales-returned", _("Returned amount")),
        PlotCard("sales-return-rate", _("Return rate")),
        PlotCard("sales-countries", _("Countries")),
    ]
    if Product.objects.exclude(category="").exists():
        cards.append(PlotCard("sales-categories", _("Categories")))
    return _page(request, "sales", _("Sales"), cards)


@require_GET
def shoppers(request: StaffRequest) -> HttpResponse:
    """Who the customers are, and what they are worth."""
    cards = [
        PlotCard("sales-new-customers", _("New customers"), is_wide=True),
        PlotCard("customers-spent", _("What customers spent")),
        PlotCard("customers-concentration", _("How spending is spread")),
        PlotCard("customers-segments", _("Segments")),
        PlotCard("customers-rfm", _("RFM classes")),
        PlotCard("customers-moves", _("Moves between classes")),
        PlotCard("customers-cohorts", _("Customers who came back")),
    ]
    return _page(request, "customers", _("Customers"), cards)


@require_GET
def voice(request: StaffRequest) -> HttpResponse:
    """What customers say, and how it sounds."""
    cards = [
        PlotCard("voice-sentiment", _("Sentiment"), is_wide=True),
        PlotCard("voice-intents", _("What tickets are about"), is_wide=True),
        PlotCard("voice-review-aspects", _("Aspects in reviews")),
        PlotCard("voice-message-aspects", _("Aspects in messages")),
    ]
    return _page(request, "voice", pgettext("what customers say", "Voice"), cards)


@require_GET
def digest_list(request: StaffRequest) -> HttpResponse:
    """The weeks that were told, the latest first."""
    rows = WeeklyDigest.objects.visible_to(request.user).order_by("-week_on")
    page = page_of(rows, request)
    shown = [(digest, shown_to(request.user, sentences_of(digest))[:1]) for digest in page]
    context = {
        "page": page,
        "digests": shown,
        "is_subscribed": DigestSubscription.objects.filter(user=request.user).exists(),
    }
    return render(request, "insight/digests.html", context)


@require_GET
def digest_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One week in words; `?check=1` asks its stored queries again."""
    digest = get_digest_for(request.user, pk)
    is_checked = bool(request.GET.get("check"))
    sentences = shown_to(request.user, sentences_of(digest, check=is_checked))
    context = {
        "digest": digest,
        "last": digest.week_on + timedelta(days=6),
        "sentences": sentences,
        "is_checked": is_checked,
        "has_changed": any(sentence.changes for sentence in sentences),
        "dropped": len(digest.statements) - len(sentences),
    }
    return render(request, "insight/digest.html", context)


def _page(request: StaffRequest, name: str, title: str, cards: list[PlotCard]) -> HttpResponse:
    shop = Shop()
    scope = scope_of(request.GET, shop)
    context = {
        "title": title,
        "cards": [card for card in cards if card.name in PLOTS],
        "scope": scope,
        "sentences": shown_to(request.user, paragraph(name, scope)),
        "query": urlencode(scope.query),
        **picker_context(request, scope, shop),
    }
    return render(request, "insight/page.html", context)


def picker_context(request: StaffRequest, scope: Scope, shop: Shop) -> dict[str, Any]:
    """What the picker of period, currency and source offers."""
    return {
        **period_context(request.GET, scope.period),
        "currencies": shop.currencies,
        "sources": shop.sources,
    }
