"""The records of a shop."""

from customers.models.access_export import AccessExport
from customers.models.agent import AgentProfile, Notice
from customers.models.alarm import Alarm
from customers.models.analysable import MAX_ATTEMPTS, Analysable, AnalysableQuerySet
from customers.models.api_key import ApiKey, IdempotentReply
from customers.models.article import Article, ArticleChanged, ArticleVersion, Visibility
from customers.models.aspect import Aspect, AspectMention
from customers.models.assist_event import AssistEvent
from customers.models.attachment import Attachment
from customers.models.audience import Audience
from customers.models.audit import AuditEntry, AuditHead
from customers.models.automation import AutomaticLabel
from customers.models.base import ExternalRecord, RecordQuerySet
from customers.models.bought_together import BoughtTogether
from customers.models.bulk_edit import BulkEdit
from customers.models.business_hours import BusinessHours, Holiday
from customers.models.company import Company
from customers.models.connector import Connector, InboundWebhook, ShopStatus
from customers.models.consent import Consent, ConsentChannel, Purpose
from customers.models.contact_point import ContactPoint
from customers.models.correction import Correction
from customers.models.custom_field import CustomField
from customers.models.customer import Customer
from customers.models.customer_note import CustomerNote
from customers.models.desk import Presence, StaffMention, TypedReply
from customers.models.draft import Draft
from customers.models.duplicate import DuplicatePair, DuplicateScan, MergedKey
from customers.models.egress import EgressRecord
from customers.models.erasure import ErasedPerson, ErasureRequest, LegalHold, Tombstone
from customers.models.error_budget import ErrorBudget
from customers.models.exchange_rate import ExchangeRate
from customers.models.export import Export
from customers.models.generation import GenerationLog
from customers.models.generator import (
    Feature,
    Generator,
    GeneratorTrial,
    GeneratorUse,
)
from customers.models.insight import (
    DailySales,
    DailyVoice,
    DigestSubscription,
    ProductSales,
    TouchedDay,
    WeeklyDigest,
)
from customers.models.journal import JournalChange, JournalEntry
from customers.models.knowledge_source import KnowledgeSource, source_changed
from customers.models.macro import Macro
from customers.models.mail import InboundMail, OutboundMail
from customers.models.mailbox import Mailbox
from customers.models.measures import CohortCell, Refresh, RfmChange, RfmClass
from customers.models.message import Message
from customers.models.model_version import ModelVersion
from customers.models.operating import Backup, QueueBeat
from customers.models.order import Order, OrderLine
from customers.models.order_return import OrderReturn, ReturnItem
from customers.models.passage import Passage
from customers.models.product import Product
from customers.models.proposal import Proposal
from customers.models.prospect import Prospect, ProspectSearch
from customers.models.question import Question
from customers.models.radar import ArticleDraft, Finding, RadarText
from customers.models.rate_limit import RateWindow
from customers.models.recommendation import Recommendation, SimilarProduct
from customers.models.recommendation_effect import (
    Arm,
    RecommendationLift,
    RecommendationShown,
)
from customers.models.record_change import RecordChange
from customers.models.retention import PrivacySettings, RetentionRule, RetentionRun
from customers.models.review import Review
from customers.models.role_rule import HIDEABLE, Reach, Rights, RoleRule, hidden_fields
from customers.models.rule import Rule, RuleDue, RuleRun
from customers.models.satisfaction import SatisfactionRating, SatisfactionSettings
from customers.models.saved_view import SavedView
from customers.models.search_word import MeaningSearch, SearchWord
from customers.models.sentiment import Sentiment, SentimentRead
from customers.models.shop_import import Import, ImportMapping, RefusedRow
from customers.models.sla import SlaPolicy, TicketSla
from customers.models.source_version import SourceVersion
from customers.models.summary import Summary
from customers.models.task import Task
from customers.models.taxonomy import Intent, Segment, Taxon
from customers.models.team import Team
from customers.models.ticket import Ticket
from customers.models.topic import Topic
from customers.models.training import Promotion, Training
from customers.models.user import User
from customers.models.webhook import DomainEvent, WebhookDelivery, WebhookEndpoint

__all__ = [
    "HIDEABLE",
    "MAX_ATTEMPTS",
    "AccessExport",
    "AgentProfile",
    "Alarm",
    "Analysable",
    "AnalysableQuerySet",
    "ApiKey",
    "Arm",
    "Article",
    "ArticleChanged",
    "ArticleDraft",
    "ArticleVersion",
    "Aspect",
    "AspectMention",
    "AssistEvent",
    "Attachment",
    "Audience",
    "AuditEntry",
    "AuditHead",
    "AutomaticLabel",
    "Backup",
    "BoughtTogether",
    "BulkEdit",
    "BusinessHours",
    "CohortCell",
    "Company",
    "Connector",
    "Consent",
    "ConsentChannel",
    "ContactPoint",
    "Correction",
    "CustomField",
    "Customer",
    "CustomerNote",
    "DailySales",
    "DailyVoice",
    "DigestSubscription",
    "DomainEvent",
    "Draft",
    "DuplicatePair",
    "DuplicateScan",
    "EgressRecord",
    "ErasedPerson",
    "ErasureRequest",
    "ErrorBudget",
    "ExchangeRate",
    "Export",
    "ExternalRecord",
    "Feature",
    "Finding",
    "GenerationLog",
    "Generator",
    "GeneratorTrial",
    "GeneratorUse",
    "Holiday",
    "IdempotentReply",
    "Import",
    "ImportMapping",
    "InboundMail",
    "InboundWebhook",
    "Intent",
    "JournalChange",
    "JournalEntry",
    "KnowledgeSource",
    "LegalHold",
    "Macro",
    "Mailbox",
    "MeaningSearch",
    "MergedKey",
    "Message",
    "ModelVersion",
    "Notice",
    "Order",
    "OrderLine",
    "OrderReturn",
    "OutboundMail",
    "Passage",
    "Presence",
    "PrivacySettings",
    "Product",
    "ProductSales",
    "Promotion",
    "Proposal",
    "Prospect",
    "ProspectSearch",
    "Purpose",
    "Question",
    "QueueBeat",
    "RadarText",
    "RateWindow",
    "Reach",
    "Recommendation",
    "RecommendationLift",
    "RecommendationShown",
    "RecordChange",
    "RecordQuerySet",
    "Refresh",
    "RefusedRow",
    "RetentionRule",
    "RetentionRun",
    "ReturnItem",
    "Review",
    "RfmChange",
    "RfmClass",
    "Rights",
    "RoleRule",
    "Rule",
    "RuleDue",
    "RuleRun",
    "SatisfactionRating",
    "SatisfactionSettings",
    "SavedView",
    "SearchWord",
    "Segment",
    "Sentiment",
    "SentimentRead",
    "ShopStatus",
    "SimilarProduct",
    "SlaPolicy",
    "SourceVersion",
    "StaffMention",
    "Summary",
    "Task",
    "Taxon",
    "Team",
    "Ticket",
    "TicketSla",
    "Tombstone",
    "Topic",
    "TouchedDay",
    "Training",
    "TypedReply",
    "User",
    "Visibility",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WeeklyDigest",
    "hidden_fields",
    "source_changed",
]
