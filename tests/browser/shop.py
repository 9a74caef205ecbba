"""Records that fill every part of a page, with words too long for a narrow screen."""

from customers.models import Customer, Import, Message, Product, Review, SimilarProduct, Ticket
from tests.factories import (
    NOON,
    ArticleFactory,
    CustomerFactory,
    ImportFactory,
    OrderFactory,
    ProductFactory,
    RecommendationFactory,
    ReviewFactory,
    TicketFactory,
)

LONG = "Unpronounceable-Mountain-Kettle-With-A-Name-That-Does-Not-Break-Anywhere"
BODY = "I want my money back. See https://shop.example/orders/" + "0123456789" * 9
ARTICLE = f"""Send it back within **30 days**.

| Country | Days |
|---|---|
| {LONG} | 30 |

```
{"x" * 120}
```
"""


TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"


def overflow_of(tab):
    """How far the page that is shown is wider than the screen, in words; nothing if it fits."""
    beyond, width = tab.evaluate(TOO_WIDE), tab.viewport_size["width"]
    return [f"{beyond} px too wide at {width} px"] if beyond > 0 else []


def detail(label, evidence, distribution):
    """What stands in a `..._detail` column once a model has read the row."""
    return {
        "label": label,
        "probability": max(distribution.values()),
        "distribution": distribution,
        "abstained": False,
        "reason": "",
        "evidence": evidence,
        "model": "reader",
        "model_version": "ab" * 32,
        "threshold": 0.4,
        "at": "2026-03-02T12:00:00+00:00",
    }


def word(name, start):
    """A word that spoke for the label."""
    return {"kind": "word", "name": name, "weight": 0.7, "start": start, "end": start + len(name)}


def make_records():
    """One of each record, all read; gives the ticket, its customer and the rest by name."""
    customer = CustomerFactory(name=LONG, email=f"{LONG.lower()[:50]}@example.com")
    product = ProductFactory(name=LONG)
    other = ProductFactory()
    order = OrderFactory(customer=customer, number="F" * 40)
    ticket = TicketFactory(customer=customer, subject=f"Refund for {LONG}", body=BODY)
    review = ReviewFactory(product=product, customer=customer, body=BODY)
    SimilarProduct.objects.create(product=product, similar=other, rank=1, score=0.8)
    RecommendationFactory(
        customer=customer,
        product=product,
        reasons=[{"kind": "purchase", "name": LONG, "product": other.pk, "weight": 0.4}],
    )
    taken = ImportFactory(file_name=f"{LONG}.csv")
    article = ArticleFactory(title=LONG, body=ARTICLE)
    note_readings(ticket, review, customer)
    return {
        "customer": customer,
        "ticket": ticket,
        "order": order,
        "product": product,
        "article": article,
        "import": taken,
    }


def note_readings(ticket, review, customer):
    """Write on the records what models would have read."""
    felt = detail("negative", [word("money", 10)], {"negative": 0.8, "neutral": 0.2})
    said = {"sentiment": "negative", "sentiment_score": -0.6, "sentiment_probability": 0.8}
    read = {"analysed_at": NOON, "sentiment_detail": felt, "language": "en", **said}
    Message.objects.update(**read)
    Review.objects.update(**read)
    Product.objects.update(analysed_at=NOON, review_count=1, rating_average=4.0)
    Ticket.objects.filter(pk=ticket.pk).update(
        suggested_intent="get_refund",
        intent_probability=0.9,
        intent_detail=detail(
            "get_refund", [word("money", 10)], {"get_refund": 0.9, "complaint": 0.1}
        ),
        sentiment="negative",
        sentiment_score=-0.6,
    )
    order_count = {"kind": "feature", "name": "orders", "weight": 0.5, "value": 1}
    Customer.objects.update(
        analysed_at=NOON,
        suggested_segment="at_risk",
        segment_probability=0.7,
        segment_detail=detail("at_risk", [order_count], {"at_risk": 0.7, "loyal": 0.3}),
        sentiment_score=-0.6,
    )
    Import.objects.update(status="finished")
