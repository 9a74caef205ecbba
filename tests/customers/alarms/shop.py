"""A shop of chance for tests of alarms: everything is drawn, and nothing changes over time."""

from datetime import UTC, datetime, timedelta
from random import Random

from customers import models
from tests.database import analyse
from tests.factories import CustomerFactory, ProductFactory

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAYS = 520
PRODUCTS, BUYERS = 25, 60
RETURN_RATE = 0.06
ROWS = (models.Order, models.OrderLine, models.Review, models.AspectMention, models.Ticket)


class QuietShop:
    """Products in four categories, buyers with rhythms of their own, reviews, returns and
    tickets over `DAYS` up to 30 days after `NOW`, as though time went on.
    """

    def __init__(self, seed):
        self.draw = Random(seed)
        names = ("Garden", "Kitchen", "Tea", "Light")
        self.products = [ProductFactory(category=names[n % 4], price=10) for n in range(PRODUCTS)]
        self.buyers = [CustomerFactory() for _ in range(BUYERS)]
        self.topics = [
            models.Topic.objects.create(kind=kind, suggested_name=f"{kind} {n}", words=[["x", 1]])
            for kind in ("ticket", "review")
            for n in range(6)
        ]
        self.begin = NOW - timedelta(days=DAYS)
        self.end = NOW + timedelta(days=31)
        self._orders()
        self._texts()
        analyse(*ROWS)
        models.Customer.objects.all().refresh_order_statistics()

    def _moment(self):
        return self.begin + timedelta(days=self.draw.random() * (self.end - self.begin).days)

    def _orders(self):
        orders, lines = [], []
        for number, buyer in enumerate(self.buyers):
            gap, taste = self.draw.choice([20, 30, 45]), self.products[number % 4 :: 4]
            at = self.begin + timedelta(days=self.draw.random() * gap)
            while at < self.end:
                chosen = self.draw.choice(taste)
                orders.append(self._order("sale", buyer, at, chosen, 1, lines))
                if self.draw.random() < RETURN_RATE:
                    back = at + timedelta(days=self.draw.randint(5, 20))
                    orders.append(self._order("return", buyer, back, chosen, -1, lines))
                at += timedelta(days=gap * self.draw.uniform(0.6, 1.4))
        models.Order.objects.bulk_create(orders)
        models.OrderLine.objects.bulk_create(lines)

    def _order(self, kind, buyer, at, product, quantity, lines):
        order = models.Order(
            number=f"{len(lines):06}", customer=buyer, kind=kind, placed_at=at, currency="GBP",
            status="completed", goods_total=10 * quantity, total=10 * quantity,
        )  # fmt: skip
        line = models.OrderLine(
            order=order, position=1, product=product, quantity=quantity, unit_price=10
        )
        lines.append(line)
        return order

    def _texts(self):
        reviews = [self._review(self.draw.choice(self.products)) for _ in range(700)]
        models.Review.objects.bulk_create(reviews)
        models.AspectMention.objects.bulk_create(
            [self.mention(review, self.draw.random() < 0.3) for review in reviews]
        )
        models.Ticket.objects.bulk_create([self._ticket() for _ in range(300)])

    def _review(self, product):
        score = max(-1.0, min(1.0, self.draw.gauss(0.4, 0.5)))
        return models.Review(
            product=product, customer=self.draw.choice(self.buyers), body="Text.",
            written_at=self._moment(), sentiment="neutral", sentiment_score=score,
            topic=self.draw.choice(self.topics[6:]),
        )  # fmt: skip

    def mention(self, review, is_bad):
        """A mention of quality in a review."""
        return models.AspectMention(
            review=review, aspect_id="quality", sentence_start=0, sentence_end=5, start=0, end=4,
            polarity="negative" if is_bad else "positive", probability=0.9,
            score=-0.8 if is_bad else 0.8, model_version="ab" * 32,
        )  # fmt: skip

    def _ticket(self):
        at = self._moment()
        return models.Ticket(
            subject="Question", customer=self.draw.choice(self.buyers), opened_at=at,
            last_message_at=at, sentiment=self.draw.choice(["neutral", "negative", "positive"]),
            topic=self.draw.choice(self.topics[:6]),
        )  # fmt: skip
