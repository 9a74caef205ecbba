"""Which aspects of which products fall or rise: one period beside the one before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from customers.models import Aspect, AspectMention
from customers.periods import Period
from customers.significance import share_rose

FEWEST = 3  # texts that mention it, in the period and before
SURE = 0.05  # with so small a chance of an accident a change is listed as one
# A share is read beside so many texts of the shop's own share for that aspect: three bad
# ones of three are not worse than forty of fifty.
PRIOR = 5.0
MOST_LISTED = 20
SENTENCES = 3


@dataclass(frozen=True, slots=True)
class AspectTrend:
    """How one aspect of one product is spoken of: the reviews that mention it and those of
    them that speak ill of it, now and before. `share` and `former_share` are the shares of
    these, shrunk towards the shop's; `p` how likely chance alone gives such a change. Without
    a product it is of the whole shop: of all reviews and of customers' messages.
    """

    product_id: int | None
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


def aspect_trends(now: Period, before: Period, fewest: int = FEWEST) -> list[AspectTrend]:
    """Every product and aspect with `fewest` reviews in both periods, the surest change first.

    A review counts once for an aspect, and as negative when one of its mentions is.
    """
    counted = _counted_reviews(now, before, "review__product", "review__product__name")
    shop = _shop_shares(counted)
    return _judged([_Counts.of(row) for row in counted], shop, fewest)


def shop_trends(now: Period, before: Period) -> list[AspectTrend]:
    """Every aspect over the whole shop: reviews of all products, and customers' messages."""
    reviews = [_Counts.of(row) for row in _counted_reviews(now, before)]
    messages = {row["aspect"]: _Counts.of(row) for row in _counted_messages(now, before)}
    known = {one.aspect_id: one for one in reviews}
    together = [
        known.get(slug, _Counts(slug)).plus(messages.get(slug, _Counts(slug)))
        for slug in sorted(known.keys() | messages.keys())
    ]
    usual = {
        one.aspect_id: (one.negative + one.former_negative) / max(one.n + one.former, 1)
        for one in together
    }
    return _judged(together, usual, FEWEST)


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
    wanted = Q(pk__in=[])
    for one in trends:
        if one.product_id is None:
            continue
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


@dataclass(frozen=True, slots=True)
class _Counts:
    """Texts that mention an aspect, and those that speak ill of it, now and before."""

    aspect_id: str
    n: int = 0
    negative: int = 0
    former: int = 0
    former_negative: int = 0
    product_id: int | None = None
    product_name: str = ""

    @classmethod
    def of(cls, row: dict[str, Any]) -> _Counts:
        """As they were counted."""
        return cls(
            row["aspect"],
            row["n"],
            row["negative"],
            row["former"],
            row["former_negative"],
            row.get("review__product"),
            row.get("review__product__name", ""),
        )

    def plus(self, other: _Counts) -> _Counts:
        """Both together."""
        return _Counts(
            self.aspect_id,
            self.n + other.n,
            self.negative + other.negative,
            self.former + other.former,
            self.former_negative + other.former_negative,
        )


def _counted_reviews(now: Period, before: Period, *by: str) -> list[dict[str, Any]]:
    return _counted("review", "review__written_at", now, before, *by)


def _counted_messages(now: Period, before: Period) -> list[dict[str, Any]]:
    return _counted("message", "message__sent_at", now, before)


def _counted(text: str, at: str, now: Period, before: Period, *by: str) -> list[dict[str, Any]]:
    """For each aspect (and `by`) how many different texts mention it; `text` names the column
    of the mention, `at` when the text was written.
    """
    inside = Q(**{f"{at}__gte": now.start, f"{at}__lt": now.end})
    former = Q(**{f"{at}__gte": before.start, f"{at}__lt": before.end})
    bad = Q(polarity=AspectMention.Polarity.NEGATIVE)
    rows = AspectMention.objects.filter(
        inside | former, **{f"{text}__isnull": False}, aspect__in=Aspect.objects.active()
    )
    return list(
        rows.order_by()
        .values(*by, "aspect")
        .annotate(
            n=Count(text, distinct=True, filter=inside),
            negative=Count(text, distinct=True, filter=inside & bad),
            former=Count(text, distinct=True, filter=former),
            former_negative=Count(text, distinct=True, filter=former & bad),
        )
        .order_by(*by, "aspect")
    )


def _shop_shares(counted: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The share of reviews that speak ill of each aspect, over all products and both times."""
    texts: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    for row in counted:
        texts[row["aspect"]] += row["n"] + row["former"]
        negative[row["aspect"]] += row["negative"] + row["former_negative"]
    return {slug: negative[slug] / max(n, 1) for slug, n in texts.items()}


def _judged(counted: Sequence[_Counts], usual: dict[str, float], fewest: int) -> list[AspectTrend]:
    trends = [
        _trend(one, usual[one.aspect_id]) for one in counted if min(one.n, one.former) >= fewest
    ]
    return sorted(trends, key=lambda one: (one.p, one.product_id or 0, one.aspect_id))


def _trend(one: _Counts, usual: float) -> AspectTrend:
    worse = one.negative * one.former > one.former_negative * one.n
    told = (one.negative, one.n, one.former_negative, one.former)
    if not worse:  # fewer complaints are more texts without
        told = (one.n - one.negative, one.n, one.former - one.former_negative, one.former)
    return AspectTrend(
        product_id=one.product_id,
        product_name=one.product_name,
        aspect_id=one.aspect_id,
        reviews=one.n,
        negative=one.negative,
        former_reviews=one.former,
        former_negative=one.former_negative,
        share=(one.negative + PRIOR * usual) / (one.n + PRIOR),
        former_share=(one.former_negative + PRIOR * usual) / (one.former + PRIOR),
        p=share_rose(*told),
    )
