"""Rows for tests: each factory makes a valid row of its record, distinct but not random."""

from datetime import UTC, date, datetime, timedelta

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from customers import models

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence("agent{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password("correct horse")

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        """The group the user is in; pass role="" for none."""
        name = "agent" if extracted is None else extracted
        if name:
            self.groups.add(Group.objects.get(name=name))


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    name = factory.Sequence("Customer {}".format)
    email = factory.Sequence("customer{}@example.com".format)
    country = "United Kingdom"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = models.Product

    name = factory.Sequence("Product {}".format)
    sku = factory.Sequence("SKU-{}".format)
    category = "Kitchen"
    price = "12.50"
    currency = "GBP"


class OrderFactory(DjangoModelFactory):
    """An order with `lines` of one unit each (1 unless said) at the product's price."""

    class Meta:
        model = models.Order
        skip_postgeneration_save = True

    number = factory.Sequence("{:06}".format)
    customer = factory.SubFactory(CustomerFactory)
    placed_at = NOON
    currency = "GBP"

    @factory.post_generation
    def lines(self, create, extracted, **kwargs):
        products = [ProductFactory() for _ in range(1 if extracted is None else extracted)]
        self.replace_lines(
            [models.OrderLine(product=p, quantity=1, unit_price=p.price) for p in products]
        )


class TicketFactory(DjangoModelFactory):
    """A ticket with one customer message (`body`); pass body="" for none."""

    class Meta:
        model = models.Ticket
        skip_postgeneration_save = True

    subject = factory.Sequence("Where is parcel {}?".format)
    customer = factory.SubFactory(CustomerFactory)
    opened_at = NOON
    last_message_at = NOON

    @factory.post_generation
    def body(self, create, extracted, **kwargs):
        if extracted != "":
            MessageFactory(ticket=self, body=extracted or "It has not arrived.", sent_at=NOON)


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = models.Message

    ticket = factory.SubFactory(TicketFactory, body="")
    body = factory.Sequence("It has not arrived, asked {} times.".format)


class ReviewFactory(DjangoModelFactory):
    class Meta:
        model = models.Review

    product = factory.SubFactory(ProductFactory)
    customer = factory.SubFactory(CustomerFactory)
    rating = 4
    title = "Good"
    body = factory.Sequence("Does what it should, says buyer {}.".format)
    written_at = NOON


class AspectMentionFactory(DjangoModelFactory):
    """A mention in a review, or in a message when `message` is given."""

    class Meta:
        model = models.AspectMention

    review = factory.Maybe("message", None, factory.SubFactory(ReviewFactory))
    message = None
    aspect_id = "delivery"
    sentence_start = 0
    sentence_end = 4
    start = 0
    end = 4
    polarity = "negative"
    probability = 0.9
    score = -0.8
    model_version = "ab" * 32


class AudienceFactory(DjangoModelFactory):
    """Customers with orders; pass `rules` for others."""

    class Meta:
        model = models.Audience

    name = factory.Sequence("Audience {}".format)
    rules = factory.LazyFunction(
        lambda: {
            "version": 1,
            "match": "all",
            "rules": [{"field": "order_count", "operator": "at_least", "value": "1"}],
        }
    )


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = models.Topic

    kind = "ticket"
    language = "en"
    suggested_name = factory.Sequence("Late parcel, courier {}".format)
    words = factory.LazyFunction(lambda: [["late parcel", 0.5], ["courier", 0.25]])
    coherence = 0.7
    first_seen_at = NOON
    found_at = NOON


class AlarmFactory(DjangoModelFactory):
    """An open alarm about the returns of a product."""

    class Meta:
        model = models.Alarm

    kind = "returns"
    key = factory.Sequence("product:{}".format)
    severity = 2
    product = factory.SubFactory(ProductFactory)
    subject_name = factory.LazyAttribute(lambda alarm: str(alarm.product))
    evidence = factory.LazyFunction(
        lambda: {
            "returns": 9, "units": 10, "sales": 30, "rate": 0.3, "former_rate": 0.05, "days": 90,
        }
    )  # fmt: skip
    rows_of = "orders"
    row_pks = factory.LazyFunction(list)
    raised_at = NOON
    last_seen_at = NOON


class DraftFactory(DjangoModelFactory):
    """A suggestion on offer, from a similar ticket."""

    class Meta:
        model = models.Draft

    ticket = factory.SubFactory(TicketFactory)
    asked_by = factory.SubFactory(UserFactory)
    status = models.Draft.Status.OFFERED
    origin = models.Draft.Origin.TICKET
    language = "en"
    score = 0.8
    created_at = NOON
    offered_at = NOON
    text = factory.Sequence("Hello,\n\nparcel {} is on its way.\n\nKind regards".format)
    sources = factory.LazyFunction(
        lambda: [
            {"kind": "ticket", "id": 7, "title": "Late", "quote": "It is late", "address": "/t/"}
        ]
    )


class AssistEventFactory(DjangoModelFactory):
    """Fields of a ticket that were applied."""

    class Meta:
        model = models.AssistEvent

    kind = models.AssistEvent.Kind.APPLIED
    ticket = factory.SubFactory(TicketFactory)
    by = factory.SubFactory(UserFactory)
    detail = factory.LazyFunction(
        lambda: {
            "changes": [
                {"field": "quantity", "before": None, "after": "2", "shown": "2", "message": 1}
            ]
        }
    )
    happened_at = NOON


class SummaryFactory(DjangoModelFactory):
    """A summary of a ticket, made."""

    class Meta:
        model = models.Summary

    ticket = factory.SubFactory(TicketFactory)
    asked_by = factory.SubFactory(UserFactory)
    status = models.Summary.Status.DONE
    created_at = NOON
    made_at = NOON
    covers_until_at = NOON
    items = factory.LazyAttribute(
        lambda summary: [
            {
                "kind": "wish",
                "text": "When will it arrive?",
                "source": "ticket",
                "source_id": summary.ticket.pk,
                "message": 7,
            }
        ]
    )


class ArticleFactory(DjangoModelFactory):
    class Meta:
        model = models.Article

    title = factory.Sequence("How returns work, part {}".format)
    body = "Send it back within **30 days**."
    category = "Returns"
    status = models.Article.Status.PUBLISHED


class MacroFactory(DjangoModelFactory):
    class Meta:
        model = models.Macro

    name = factory.Sequence("On its way {}".format)
    body = "Dear {{customer.first_name}}, your order {{order.number}} is on its way."
    language = "en"
    category = "Delivery"


class QuestionFactory(DjangoModelFactory):
    """A pending question of the portal, as old as the rest; no worker is rung for."""

    class Meta:
        model = models.Question

    text = factory.Sequence("How long does parcel {} take?".format)
    channel = "portal"
    created_at = NOON


class PassageFactory(DjangoModelFactory):
    """A public passage of a published article, beside those cut out of its text."""

    class Meta:
        model = models.Passage

    position = factory.Sequence(lambda number: 100 + number)
    article = factory.SubFactory(ArticleFactory, body="")
    heading = factory.LazyAttribute(lambda passage: str(passage.article))
    body = "You may return goods within 30 days. Delivery takes two to four working days."
    language = "en"
    visibility = "public"


class FindingFactory(DjangoModelFactory):
    """An open contradiction of two articles."""

    class Meta:
        model = models.Finding

    kind = "contradiction"
    fingerprint = factory.Sequence("{:064x}".format)
    severity = 3
    language = "en"
    title = factory.LazyFunction(
        lambda: {
            "key": "differs", "kind": "duration", "role": "return", "likeness": 0.8,
            "values": ["30 days", "14 days"],
        }
    )  # fmt: skip
    sides = factory.LazyFunction(
        lambda: [
            {
                "record": record, "record_id": 1, "title": "Returns", "text": text,
                "quote": text[7:14], "start": 7, "end": 14,
            }
            for record, text in (("article", "Within 30 days."), ("message", "Within 14 days."))
        ]
    )  # fmt: skip
    sources = factory.LazyFunction(lambda: ["article:1", "message:1"])
    found_at = NOON
    last_seen_at = NOON


class ArticleDraftFactory(DjangoModelFactory):
    class Meta:
        model = models.ArticleDraft

    finding = factory.SubFactory(FindingFactory)
    created_at = NOON


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = models.Recommendation

    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    score = 0.5
    method = models.Recommendation.Method.PURCHASES
    reasons = factory.LazyFunction(lambda: [{"kind": "popularity", "weight": 0.5}])


class BoughtTogetherFactory(DjangoModelFactory):
    class Meta:
        model = models.BoughtTogether

    product = factory.SubFactory(ProductFactory)
    other = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    orders = 12
    support = 0.012
    confidence = 0.4
    lift = 6.5
    lift_low = 3.2


class ProspectSearchFactory(DjangoModelFactory):
    class Meta:
        model = models.ProspectSearch

    product = factory.SubFactory(ProductFactory)
    created_at = NOON


class ProspectFactory(DjangoModelFactory):
    class Meta:
        model = models.Prospect

    product = factory.SubFactory(ProductFactory)
    customer = factory.SubFactory(CustomerFactory, marketing_consent=True)
    because_of = factory.SubFactory(ProductFactory)
    rank = factory.Sequence(lambda n: n % 30_000 + 1)
    score = 0.5


class RecommendationShownFactory(DjangoModelFactory):
    class Meta:
        model = models.RecommendationShown

    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    rank = 1
    arm = models.Arm.MODEL
    propensity = 0.9
    shown_at = NOON
    shown_on = NOON.date()


class RecommendationLiftFactory(DjangoModelFactory):
    """A measurement that tells nothing yet."""

    class Meta:
        model = models.RecommendationLift

    measured_at = NOON
    outcome_days = 30
    detectable = 0.1
    customers = 900
    holdout_customers = 100
    orders = 400
    model_mean = 0.41
    holdout_mean = 0.38
    orders_effect = 0.03
    orders_low = -0.05
    orders_high = 0.11
    orders_needed = 4200


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = models.Import

    format = "customers"
    source = "shop"
    file_name = "customers.csv"


class ModelVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.ModelVersion

    task = "intent"
    name = factory.Sequence("intent-{}".format)
    sha256 = factory.Sequence("{:064x}".format)
    card = factory.LazyAttribute(
        lambda version: {
            "name": version.name,
            "task": version.task,
            "description": "what a ticket is about",
            "labels": ["get_refund", "track_order"],
            "languages": ["en"],
            "licence": "Apache-2.0",
            "threshold": 0.4,
            "training_data": [{"name": "sentences", "licence": "CC0", "rows": 600}],
            "metrics": {"tickets": {"n": 40, "accuracy": 0.9, "macro_f1": 0.88, "ece": 0.03}},
        }
    )


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = models.ExchangeRate

    base_currency = "GBP"
    currency = "EUR"
    rate = "0.85"
    valid_from_on = factory.Sequence(lambda n: date(2020, 1, 1) + timedelta(days=n))


class RfmChangeFactory(DjangoModelFactory):
    class Meta:
        model = models.RfmChange

    customer = factory.SubFactory(CustomerFactory)
    from_class = "loyal"
    to_class = "at_risk"
    changed_at = NOON


class CohortCellFactory(DjangoModelFactory):
    class Meta:
        model = models.CohortCell

    source = "shop"
    currency = "GBP"
    cohort_on = date(2026, 1, 1)
    months_since = factory.Sequence(int)
    customers = 3
    orders = 4
    revenue = "50.00"


class RefreshFactory(DjangoModelFactory):
    class Meta:
        model = models.Refresh

    name = factory.Sequence("refresh-{}".format)
    refreshed_at = NOON


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = models.Training

    task = "intent"


class PromotionFactory(DjangoModelFactory):
    class Meta:
        model = models.Promotion

    model = factory.SubFactory(ModelVersionFactory)


class CorrectionFactory(DjangoModelFactory):
    class Meta:
        model = models.Correction

    task = "intent"
    ticket = factory.SubFactory(TicketFactory)
    label = "get_refund"
    said_at = NOON


class ErrorBudgetFactory(DjangoModelFactory):
    """A budget that is in force for the version of `model_version`."""

    class Meta:
        model = models.ErrorBudget
        django_get_or_create = ("task",)

    task = "intent"
    is_on = True
    set_at = NOON
    derived_at = NOON
    threshold = 0.7
    share = 0.6
    expected_error = 0.01
    error_bound = 0.03
    rows = 400
    own_rows = 300
    more_rows = 0
    model_version = "ab" * 32
    curve = [{"threshold": 0.7, "share": 0.6, "error": 0.01, "bound": 0.03}]


class AutomaticLabelFactory(DjangoModelFactory):
    """A label that stands in the log alone; `AutomaticLabel.objects.put` sets it on a ticket."""

    class Meta:
        model = models.AutomaticLabel

    ticket = factory.SubFactory(TicketFactory)
    task = "intent"
    label = "get_refund"
    probability = 0.97
    threshold = 0.7
    model_version = "ab" * 32
    set_at = NOON


class WeeklyDigestFactory(DjangoModelFactory):
    """A week of which there was nothing to tell."""

    class Meta:
        model = models.WeeklyDigest

    week_on = factory.Sequence(lambda number: NOON.date() - timedelta(weeks=number))
    made_at = NOON


class GeneratorFactory(DjangoModelFactory):
    """A server elsewhere, which nothing uses."""

    class Meta:
        model = models.Generator

    name = factory.Sequence("Generator {}".format)
    kind = "remote"
    model = "small"
    base_url = "https://llm.example.com/v1"


class GeneratorUseFactory(DjangoModelFactory):
    class Meta:
        model = models.GeneratorUse
        django_get_or_create = ("feature",)

    feature = "reply"
    generator = factory.SubFactory(GeneratorFactory)
    set_at = NOON


class GeneratorTrialFactory(DjangoModelFactory):
    class Meta:
        model = models.GeneratorTrial

    generator = factory.SubFactory(GeneratorFactory)


class GenerationLogFactory(DjangoModelFactory):
    class Meta:
        model = models.GenerationLog

    feature = "reply"
    user = factory.SubFactory(UserFactory)
    generator = factory.SubFactory(GeneratorFactory)
    generator_name = "Server"
    model_name = "small"
    is_local = False
    outcome = "done"
    tokens_in = 40
    tokens_out = 7
    latency_ms = 900


class EgressRecordFactory(DjangoModelFactory):
    class Meta:
        model = models.EgressRecord

    feature = "reply"
    user = factory.SubFactory(UserFactory)
    generator = factory.SubFactory(GeneratorFactory)
    generator_name = "Server"
    purpose = "Suggested replies"
    host = "llm.example.com"
    method = "POST"
    address = "https://llm.example.com/v1/chat/completions"
    fields = ["instructions", "message"]
    body = '{"messages": [{"role": "user", "content": "Where is <ORDER_1>?"}]}'
    bytes_out = 66
    masked = {"ORDER": 1}
    outcome = "done"
    status = 200
    tokens_in = 40
    tokens_out = 7


class MailboxFactory(DjangoModelFactory):
    """A mailbox that is not active."""

    class Meta:
        model = models.Mailbox

    name = "Rapport shop"
    address = factory.Sequence("help{}@shop.example".format)


class InboundMailFactory(DjangoModelFactory):
    """A mail that stands in a ticket; its file is not on disk."""

    class Meta:
        model = models.InboundMail

    mailbox = factory.SubFactory(MailboxFactory)
    message = factory.SubFactory(MessageFactory)
    status = "taken"
    raw = "mail/one.eml"
    sha256 = factory.Sequence("{:064x}".format)
    size_bytes = 900
    mail_id = factory.Sequence("mail{}@example.com".format)
    sender = "ann@example.com"
    subject = "My parcel"
    received_at = NOON


class OutboundMailFactory(DjangoModelFactory):
    """A reply that was sent."""

    class Meta:
        model = models.OutboundMail

    mailbox = factory.SubFactory(MailboxFactory)
    message = factory.SubFactory(MessageFactory, author_kind="agent")
    status = "sent"
    to_address = "ann@example.com"
    subject = "Re: My parcel"
    mail_id = factory.Sequence("reply{}@shop.example".format)
    queued_at = NOON
    sent_at = NOON
