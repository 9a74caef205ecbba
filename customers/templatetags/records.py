"""How money, sentiment, probabilities and evidence are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from customers.features import feature_label, feature_value
from customers.imports.formats import FORMATS
from customers.markdown import render
from customers.marks import AspectJudged, Mark, judged_aspects, marked, mention_marks
from customers.models import AspectMention, RfmClass, RoleRule, Sentiment, Ticket
from customers.paging import MOST_COUNTED
from customers.sentences import translated

register = template.Library()

CENT = Decimal("0.01")
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "CNY": "¥"}
ROLES = {
    **dict(RoleRule.ROLES),
    "manager": pgettext_lazy("role", "manager"),
    "admin": pgettext_lazy("role", "admin"),
}
TONES = {
    Sentiment.VERY_NEGATIVE: "bad",
    Sentiment.NEGATIVE: "bad",
    Sentiment.POSITIVE: "good",
    Sentiment.VERY_POSITIVE: "good",
}

RFM_TONES = {
    RfmClass.CHAMPION: "good",
    RfmClass.LOYAL: "good",
    RfmClass.NEEDS_ATTENTION: "warn",
    RfmClass.ABOUT_TO_SLEEP: "warn",
    RfmClass.AT_RISK: "bad",
    RfmClass.CANNOT_LOSE: "bad",
}

URGENT = {Ticket.Priority.HIGH: "warn", Ticket.Priority.URGENT: "bad"}


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """The amount with two decimals and its currency; a dash when there is none."""
    if amount is None:
        return "–"
    rounded = Decimal(amount).quantize(CENT, ROUND_HALF_UP)  # `number_format` would cut it off
    sign, value = ("−" if rounded < 0 else ""), number_format(abs(rounded), 2, force_grouping=True)
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{value}" if symbol else f"{sign}{value} {currency}".strip()


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 as whole percent."""
    return "–" if share is None else f"{share:.0%}"


@register.filter
def percent_number(share: float | None) -> int:
    """A share from 0 to 1 as whole percent, for the length of a bar; 0 when it is not known."""
    return round(100 * (share or 0))


@register.filter
def rfm_tone(rfm_class: str) -> str:
    """The class that colours an RFM class: good, bad, warn or nothing."""
    return RFM_TONES.get(rfm_class, "")  # type: ignore[call-overload]


@register.filter
def percent_fine(share: float | None) -> str:
    """A share from 0 to 1 as percent with one decimal."""
    return "–" if share is None else f"{share:.1%}"


@register.filter
def signed(value: float | None) -> str:
    """A number with its sign and two decimals."""
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")


@register.filter
def stars(rating: float | None) -> SafeString | str:
    """Filled and empty stars, read out as "4 of 5 stars"."""
    if rating is None:
        return ""
    filled = round(rating)
    label = _("%(n)s of 5 stars") % {"n": number_format(rating, 1) if rating % 1 else int(rating)}
    return format_html(
        '<span class="stars" role="img" aria-label="{}">{}{}</span>',
        label,
        "★" * filled,
        "☆" * (5 - filled),
    )


@register.filter
def tone(sentiment: str) -> str:
    """The class that colours a sentiment step: good, bad or nothing."""
    return TONES.get(sentiment, "")  # type: ignore[call-overload]


@register.filter
def urgency(priority: str) -> str:
    """The class that colours a priority: what cannot wait stands out."""
    return URGENT.get(priority, "")  # type: ignore[call-overload]


@register.filter
def score_tone(score: float | None) -> str:
    """The class that colours a sentiment score from -1 to 1."""
    if score is None or abs(score) < 0.25:
        return ""
    return "good" if score > 0 else "bad"


@register.filter
def sentiment_label(sentiment: str) -> str:
    """The name of a sentiment step."""
    return str(Sentiment(sentiment).label) if sentiment else ""


@register.filter
def counted(rows: int, limit: int = MOST_COUNTED) -> str:
    """A number of rows that was counted up to a limit: "10,000+" above it."""
    shown = number_format(min(rows, limit), 0, force_grouping=True)
    return f"{shown}+" if rows > limit else shown


@register.filter
def initials(name: Any) -> str:
    """Up to two letters that stand for a name."""
    words = str(name).replace("#", "").split()
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:])) or "?"


@register.filter
def share_of(weight: float, items: Sequence[dict[str, Any]]) -> int:
    """How long a bar is, in percent of the longest of `items`."""
    longest = max((abs(item["weight"]) for item in items), default=0)
    return round(100 * abs(weight) / longest) if longest else 0


@register.filter
def speaks_against(item: dict[str, Any]) -> bool:
    """Whether a piece of evidence lowered the probability."""
    return item["weight"] < 0


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML; HTML inside it is shown as text and dangerous links are not links."""
    return render(text)


@register.simple_tag
def article_text(text: str, cited: str = "") -> SafeString:
    """As `markdown`, with the first place that reads `cited` marked."""
    return render(text, cited)


@register.filter
def feature_name(name: str) -> str:
    """What a numeric feature is called."""
    return feature_label(name)


@register.filter
def feature_text(item: dict[str, Any]) -> str:
    """The value of a numeric feature in its unit."""
    return feature_value(item["name"], item.get("value"))


@register.filter
def sentence(text: str) -> str:
    """A sentence that an engine or an import left on a row, in the reader's language."""
    return translated(text)


@register.filter
def in_order(cells: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    """The values of a row that are not empty, in the order of the file's columns."""
    return [cells[name] for name in columns if cells.get(name)]


@register.filter
def format_label(name: str) -> str:
    """What a format of imports is called."""
    return str(FORMATS[name].label) if name in FORMATS else name


@register.simple_tag
def highlighted(
    text: str,
    evidence: Sequence[dict[str, Any]] | None,
    offset: int = 0,
    mentions: Sequence[AspectMention] = (),
) -> SafeString:
    """The text with the words that decided marked, and the aspects that it mentions.

    `offset` is how many characters the model read before this text. Words that lie
    outside, overlap one already marked, or no longer stand there are left alone.
    """
    words = _evidence_marks(text, evidence or [], offset)
    return marked(text, [*mention_marks(mentions, offset), *words])


@register.simple_tag
def aspects_of(row: Any, text: str, offset: int = 0) -> list[AspectJudged]:
    """What a review or message says of aspects in its text, which begins `offset`
    characters after the beginning of what models read.
    """
    return judged_aspects(text, row.mentions.all(), offset)


def _evidence_marks(text: str, evidence: Sequence[dict[str, Any]], offset: int) -> Iterator[Mark]:
    for item in evidence:
        if item.get("kind") != "word" or item.get("start") is None:
            continue
        start, stop = item["start"] - offset, item["end"] - offset
        if start < 0 or text[start:stop].casefold() != str(item.get("name", "")).casefold():
            continue  # it lies outside, or the text was changed since it was read
        role = "for" if item["weight"] > 0 else "against"
        yield Mark(start, stop, role, signed(item["weight"]))


@register.simple_tag(takes_context=True)
def current(context: RequestContext, *prefixes: str) -> SafeString | str:
    """aria-current for the navigation link whose pages begin with one of these names."""
    match = context.request.resolver_match
    name = match.url_name if match and match.url_name else ""
    return mark_safe(' aria-current="page"') if name.startswith(prefixes) else ""


@register.simple_tag
def undo_of(message: Any) -> str:
    """The key of the journal entry that a message of the page offers to undo; "" for none."""
    tag = message.extra_tags or ""
    return tag.removeprefix("undo-") if tag.startswith("undo-") else ""


@register.simple_tag(takes_context=True)
def page_address(context: RequestContext, number: int) -> str:
    """The address of another page of this list, with the same filters."""
    query = context.request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def role_name(role: str) -> str:
    """What a role is called; the group's own name where it is none of ours."""
    return str(ROLES.get(role, role))
