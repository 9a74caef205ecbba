"""Articles that are out of date: expired, of another year, of products that are gone, ..."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from customers.models import Article, Finding, Product, Question
from customers.models.radar import Found
from intelligence.engines.matters import roles_in
from intelligence.engines.quantities import Quantity, quantities_in
from intelligence.engines.sentences import sentences_of
from intelligence.engines.statements import Text
from intelligence.radar.excerpts import fingerprint, side

SOON = timedelta(days=14)
OLD = timedelta(days=180)  # an article that nobody edited for so long ...
FEWEST_UNHAPPY = 3  # ... and so many answers from it that did not help
SHORTEST_NAME = 6  # characters: a product called "Bowl" is a word
LINK = re.compile(r"\]\((?:https?://[^/)]+)?/(?:help/)?articles/(?P<pk>\d+)[^)]*\)")
SEE = re.compile(r"(?<![^\W_])(?:see|See)\s+\*(?P<title>[^*\n]{3,200})\*")
UNTIL = re.compile(
    r"(?:until|till|before|by|ends?|valid|through|expires?|截至|至|到)\D{0,12}$", re.I
)
UNTIL_ZH = re.compile(r"^\s*(?:之前|以前|为止|止|前)")
NO_DATE = date.max


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products by lower-case name: gone ones, and prices of those on sale."""

    gone: Mapping[str, str]
    prices: Mapping[str, tuple[str, Decimal, str]]


def found_stale(today: date) -> list[Found]:
    """What is out of date on that day, an article at a time."""
    rows = Article.objects.filter(status=Article.Status.PUBLISHED)
    articles = list(rows.order_by("pk"))
    titles = {article.title.lower() for article in articles}
    keys = {article.pk for article in articles}
    catalogue = _catalogue()
    unhappy = _unhappy(articles, today)
    found: list[Found] = []
    for article in articles:
        text = Text(f"article:{article.pk}", article.title, article.body, article.language)
        found += _expiry(article, text, today)
        found += _past_dates(text, today)
        found += _gone_products(text, catalogue)
        found += _prices(text, catalogue)
        found += _broken_links(text, keys, titles)
        if unhappy[article.pk] >= FEWEST_UNHAPPY:
            found.append(_whole(text, "unhappy", n=unhappy[article.pk]))
    return found


def _expiry(article: Article, text: Text, today: date) -> Iterator[Found]:
    if article.expires_on is None or article.expires_on > today + SOON:
        return
    key = "expired" if article.expires_on <= today else "expires_soon"
    yield _whole(text, key, on=article.expires_on.isoformat())


def _past_dates(text: Text, today: date) -> Iterator[Found]:
    """Days of a year that lie in the past: "until 31 January 2024"."""
    for quantity in quantities_in(text.body):
        if quantity.kind == "date" and quantity.year and _day(quantity) < today:
            before, after = text.body[: quantity.start], text.body[quantity.end :]
            if UNTIL.search(before[-40:]) or UNTIL_ZH.match(after):
                yield _place(text, "past_date", quantity.start, quantity.end)


def _day(quantity: Quantity) -> date:
    """The date; one that no calendar has is never past."""
    month, day = divmod(int(quantity.low) - 1, 31)
    try:
        return date(quantity.year, month + 1, day + 1)
    except ValueError:
        return NO_DATE


def _gone_products(text: Text, catalogue: Catalogue) -> Iterator[Found]:
    for start, end, name in named_in(text.body, catalogue.gone):
        yield _place(text, "gone_product", start, end, product=catalogue.gone[name])


def _prices(text: Text, catalogue: Catalogue) -> Iterator[Found]:
    """Sentences that name one product and one sum, which is not what it costs now."""
    for first, last in sentences_of(text.body):
        sentence = text.body[first:last]
        named = {name for *_, name in named_in(sentence, catalogue.prices)}
        sums = [one for one in quantities_in(sentence) if one.kind == "money"]
        if len(named) != 1 or len(sums) != 1 or _is_of_service(sentence):
            continue
        product, price, currency = catalogue.prices[named.pop()]
        said = sums[0]
        if said.unit == currency and Decimal(str(said.low)) != price:
            place = first + said.start, first + said.end
            yield _place(text, "price", *place, product=product, price=f"{price:.2f} {currency}")


def _is_of_service(sentence: str) -> bool:
    """Whether the sum may be postage, a refund or a voucher."""
    return bool(roles_in(sentence))


def _broken_links(text: Text, keys: set[int], titles: set[str]) -> Iterator[Found]:
    for match in LINK.finditer(text.body):
        if int(match["pk"]) not in keys:
            yield _place(text, "broken_link", *match.span())
    for match in SEE.finditer(text.body):
        if match["title"].strip().lower() not in titles:
            yield _place(text, "broken_link", *match.span("title"))


def named_in(body: str, names: Mapping[str, object]) -> Iterator[tuple[int, int, str]]:
    """Where a text names one of these (lower-case names), as whole words."""
    lowered = body.lower()
    for name in names:
        at = lowered.find(name)
        if at >= 0 and not _touches_word(lowered, at, at + len(name)):
            yield at, at + len(name), name


def _touches_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return any(part.isalnum() and part.isascii() for part in (before, after))


def _catalogue() -> Catalogue:
    gone: dict[str, str] = {}
    prices: dict[str, tuple[str, Decimal, str]] = {}
    rows = Product.objects.values_list("name", "is_active", "price", "currency")
    for name, is_active, price, currency in rows.order_by("pk"):
        if len(name) < SHORTEST_NAME and name.isascii():
            continue
        if not is_active:
            gone[name.lower()] = name
        elif price is not None:
            prices[name.lower()] = (name, price.quantize(Decimal("0.01")), currency)
    on_sale = prices.keys()
    return Catalogue({key: name for key, name in gone.items() if key not in on_sale}, prices)


def _unhappy(articles: Iterable[Article], today: date) -> Counter[int]:
    """How many answers from each article that was long not edited did not help since."""
    old = {one.pk: one.updated_at for one in articles if one.updated_at.date() <= today - OLD}
    counts = Counter[int]()
    rows = Question.objects.filter(feedback=Question.Feedback.DOWN)
    for evidence, asked_at in rows.values_list("evidence", "created_at"):
        for pk in {part.get("source_id") for part in evidence if part.get("source") == "article"}:
            if pk in old and asked_at >= old[pk]:
                counts[pk] += 1
    return counts


def _whole(text: Text, key: str, **figures: object) -> Found:
    """A finding about a whole article; it is another one when its words change."""
    return Found(
        fingerprint=fingerprint("stale", key, text.key, *figures.values()),
        title={"key": key, **figures},
        sides=[side(text, 0, 0)],
        sources=(text.key,),
        severity=Finding.Severity.WARNING if key != "expires_soon" else Finding.Severity.NOTICE,
        language=text.language,
    )


def _place(text: Text, key: str, start: int, end: int, **figures: object) -> Found:
    quote = text.body[start:end]
    return Found(
        fingerprint=fingerprint("stale", key, text.key, quote, *figures.values()),
        title={"key": key, "quote": quote, **figures},
        sides=[side(text, start, end)],
        sources=(text.key,),
        severity=Finding.Severity.WARNING,
        language=text.language,
    )
