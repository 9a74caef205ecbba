"""The records of a shop."""

from customers.models.alarm import Alarm
from customers.models.analysable import MAX_ATTEMPTS, Analysable, AnalysableQuerySet
from customers.models.article import Article
from customers.models.aspect import Aspect, AspectMention
from customers.models.automation import AutomaticLabel
from customers.models.base import ExternalRecord, RecordQuerySet
from customers.models.correction import Correction
from customers.models.customer import Customer
from customers.models.error_budget import ErrorBudget
from customers.models.model_version import ModelVersion
from customers.models.order import Order, OrderLine
from customers.models.product import Product
from customers.models.recommendation import Recommendation, SimilarProduct
from customers.models.review import Review
from customers.models.sentiment import Sentiment, SentimentRead
from customers.models.shop_import import Import
from customers.models.taxonomy import Intent, Segment, Taxon
from customers.models.ticket import Message, Ticket
from customers.models.topic import Topic
from customers.models.training import Promotion, Training
from customers.models.user import User

__all__ = [
    "MAX_ATTEMPTS",
    "Alarm",
    "Analysable",
    "AnalysableQuerySet",
    "Article",
    "Aspect",
    "AspectMention",
    "AutomaticLabel",
    "Correction",
    "Customer",
    "ErrorBudget",
    "ExternalRecord",
    "Import",
    "Intent",
    "Message",
    "ModelVersion",
    "Order",
    "OrderLine",
    "Product",
    "Promotion",
    "Recommendation",
    "RecordQuerySet",
    "Review",
    "Segment",
    "Sentiment",
    "SentimentRead",
    "SimilarProduct",
    "Taxon",
    "Ticket",
    "Topic",
    "Training",
    "User",
]
