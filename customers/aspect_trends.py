"""Which aspects of which products fall or rise: one period beside the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from customers.models import Aspect, AspectMention, Product
from customers.periods import Period
from customers.significance import share_rose

FEWEST = 4  # reviews that mention it, in the period and before
SURE = 0.05  # with so small a chance of an accident a change is listed as one
# A share is read beside so many reviews of the shop's own share for that aspect: three bad
# ones of three are not worse than forty of fifty.
PRIOR = 5.0
MOST_LISTED = 20
SENTENCES = 3


@dataclass(frozen=True, slots=True)
class AspectTrend:
    """How one aspect of one product is spoken of: the reviews that mention it and those of
    them that speak ill of it, now and before. `share` and `former_share` are the shares of
    these, shrunk towards the shop's; `p` how likely chance alone gives such a change.
    """

    product_id: int
    product_name: str
    aspect_id: str
    reviews: int
    negative: int
    former_reviews: int
    former_negative: int
    share: float
    former_share: float
    p: float

    @property
    def is_worse(self) -> bool:
        """Whether more of the reviews speak ill of it than before."""
        return self.negative * self.former_reviews > self.former_negative * self.reviews

    @property
    def change(self) -> float:
        """The present shrunk share less the former; above 0 is worse."""
        return self.share - self.former_share


def aspect_trends(now: Period, before: Period) -> list[AspectTrend]:
    """Every product and aspect with enough reviews in both periods, the surest change first.

    A review counts once for an aspect, and as negative when one of its mentions is.
    """
    counted = _counted(now, before)
    shop = _shop_shares(counted)
    trends = [_trend(row, shop) for row in counted if min(row["n"], row["former"]) >= FEWEST]
    return sorted(trends, key=lambda one: (one.p, one.product_id, one.aspect_id))


def changed(trends: Sequence[AspectTrend], *, worse: bool) -> list[AspectTrend]:
    """Those that fell (or rose) by more than chance, at most `MOST_LISTED`."""
    sure = [one for one in trends if one.p <= SURE and one.is_worse == worse]
    return sure[:MOST_LISTED]


def sentences_of(trends: Sequence[AspectTrend], period: Period) -> dict[tuple[int, str], list[str]]:
    """What customers say: for each trend the latest sentences of the period, ill ones where it
    got worse and good ones where it got better.
    """
    if not trends:
        return {}
    polarity = AspectMention.Polarity
    wanted = Q()
    for one in trends:
        said = polarity.NEGATIVE if one.is_worse else polarity.POSITIVE
        wanted |= Q(review__product=one.product_id, aspect=one.aspect_id, polarity=said)
    rows = AspectMention.objects.filter(
        wanted, review__written_at__gte=period.start, review__written_at__lt=period.end
    ).select_related("review")
    found: dict[tuple[int, str], list[str]] = {}
    for mention in rows.order_by("-review__written_at", "-pk"):
        review = mention.review
        assert review is not None
        kept = found.setdefault((review.product_id, mention.aspect_id), [])
        sentence = review.read_text[mention.sentence_start : mention.sentence_end].strip()
        if len(kept) < SENTENCES and sentence and sentence not in kept:
            kept.append(sentence)
    return found


def _counted(now: Period, before: Period) -> list[dict]:
    inside = Q(review__written_at__gte=now.start, review__written_at__lt=now.end)
    former = Q(review__written_at__gte=before.start, review__written_at__lt=before.end)
    bad = Q(polarity=AspectMention.Polarity.NEGATIVE)
    rows = AspectMention.objects.filter(
        inside | former, review__isnull=False, aspect__in=Aspect.objects.active()
    )
    return list(
        rows.values("review__product", "review__product__name", "aspect")
        .annotate(
            n=Count("review", distinct=True, filter=inside),
            negative=Count("review", distinct=True, filter=inside & bad),
            former=Count("review", distinct=True, filter=former),
            former_negative=Count("review", distinct=True, filter=former & bad),
        )
        .order_by("review__product", "aspect")
    )


def _shop_shares(counted: Sequence[dict]) -> dict[str, float]:
    """The share of reviews that speak ill of each aspect, over all products and both times."""
    reviews: dict[str, int] = {}
    negative: dict[str, int] = {}
    for row in counted:
        slug = row["aspect"]
        reviews[slug] = reviews.get(slug, 0) + row["n"] + row["former"]
        negative[slug] = negative.get(slug, 0) + row["negative"] + row["former_negative"]
    return {slug: negative[slug] / max(n, 1) for slug, n in reviews.items()}


def _trend(row: dict, shop: dict[str, float]) -> AspectTrend:
    n, bad = row["n"], row["negative"]
    former, former_bad = row["former"], row["former_negative"]
    usual = shop[row["aspect"]]
    worse = bad * former > former_bad * n
    good, former_good = n - bad, former - former_bad
    p = (
        share_rose(bad, n, former_bad, former)
        if worse
        else share_rose(good, n, former_good, former)
    )
    return AspectTrend(
        product_id=row["review__product"],
        product_name=row["review__product__name"],
        aspect_id=row["aspect"],
        reviews=n,
        negative=bad,
        former_reviews=former,
        former_negative=former_bad,
        share=(bad + PRIOR * usual) / (n + PRIOR),
        former_share=(former_bad + PRIOR * usual) / (former + PRIOR),
        p=p,
    )


def products_of(trends: Sequence[AspectTrend]) -> dict[int, Product]:
    """The products that these are about."""
    return Product.objects.defer("search").in_bulk({one.product_id for one in trends})
