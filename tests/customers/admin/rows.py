"""A row of every record that has admin pages, with what was read about it."""

from customers import models
from customers.models import Customer, Message, Review, SimilarProduct, Ticket
from tests.customers.admin.html_form import fields_of
from tests.factories import (
    AgentProfileFactory,
    AlarmFactory,
    ApiKeyFactory,
    ArticleDraftFactory,
    ArticleFactory,
    AspectMentionFactory,
    AssistEventFactory,
    AttachmentFactory,
    AudienceFactory,
    AuditEntryFactory,
    AutomaticLabelFactory,
    BoughtTogetherFactory,
    BusinessHoursFactory,
    CohortCellFactory,
    ConnectorFactory,
    CorrectionFactory,
    CustomerFactory,
    DigestSubscriptionFactory,
    DomainEventFactory,
    DraftFactory,
    EgressRecordFactory,
    ErrorBudgetFactory,
    ExchangeRateFactory,
    FindingFactory,
    GenerationLogFactory,
    GeneratorFactory,
    GeneratorTrialFactory,
    GeneratorUseFactory,
    HolidayFactory,
    ImportFactory,
    InboundMailFactory,
    InboundWebhookFactory,
    JournalEntryFactory,
    MacroFactory,
    MailboxFactory,
    MessageFactory,
    ModelVersionFactory,
    NoticeFactory,
    OrderFactory,
    OutboundMailFactory,
    PassageFactory,
    ProductFactory,
    PromotionFactory,
    ProposalFactory,
    ProspectFactory,
    ProspectSearchFactory,
    QuestionFactory,
    RecommendationFactory,
    RecommendationLiftFactory,
    RecommendationShownFactory,
    RefreshFactory,
    ReviewFactory,
    RfmChangeFactory,
    RuleDueFactory,
    RuleFactory,
    RuleRunFactory,
    SatisfactionRatingFactory,
    ShopStatusFactory,
    SlaPolicyFactory,
    SourceVersionFactory,
    SummaryFactory,
    TeamFactory,
    TicketFactory,
    TicketSlaFactory,
    TopicFactory,
    TrainingFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
    WeeklyDigestFactory,
)

PROVENANCE = {
    "model": "small-head",
    "model_version": "c0ffee" * 10 + "abcd",
    "threshold": 0.4,
    "at": "2026-03-02T12:00:00+00:00",
}
INTENT = {
    "label": "get_refund",
    "probability": 0.91,
    "distribution": {"get_refund": 0.91, "track_refund": 0.09},
    "abstained": False,
    "reason": "",
    "evidence": [{"kind": "word", "name": "<b>money</b>", "weight": 0.5, "start": 0, "end": 5}],
    **PROVENANCE,
}
SEGMENT = {
    "label": "loyal",
    "probability": 0.8,
    "distribution": {"loyal": 0.8, "new": 0.2},
    "abstained": False,
    "reason": "",
    "evidence": [{"kind": "feature", "name": "orders", "weight": 0.4, "value": 12}],
    **PROVENANCE,
}
SENTIMENT = {
    "label": "negative",
    "probability": 0.7,
    "distribution": {"negative": 0.7, "neutral": 0.3},
    "abstained": False,
    "reason": "",
    "evidence": [],
    "score": -0.4,
    "truncated": False,
    **PROVENANCE,
}
FELT = {
    "language": "en",
    "sentiment": "negative",
    "sentiment_score": -0.4,
    "sentiment_probability": 0.7,
    "sentiment_detail": SENTIMENT,
    "analysed_at": "2026-03-02T12:00Z",
}


def changed(row, **columns):
    """The row with columns that only a worker writes."""
    type(row)._base_manager.filter(pk=row.pk).update(**columns)
    return type(row).objects.get(pk=row.pk)


def make_customer(**columns) -> Customer:
    return changed(
        CustomerFactory(**columns),
        suggested_segment="loyal",
        segment_probability=0.8,
        segment_detail=SEGMENT,
        sentiment_score=-0.4,
        analysed_at="2026-03-02T12:00Z",
    )


def make_ticket(**columns) -> Ticket:
    return changed(
        TicketFactory(assignee=UserFactory(), **columns),
        suggested_intent="get_refund",
        intent_probability=0.91,
        intent_detail=INTENT,
        sentiment="negative",
        sentiment_score=-0.4,
    )


def make_message(**columns) -> Message:
    return changed(MessageFactory(**columns), **FELT)


def make_review(**columns) -> Review:
    return changed(ReviewFactory(**columns), **FELT)


def make_similar() -> SimilarProduct:
    return SimilarProduct.objects.create(
        product=ProductFactory(), similar=ProductFactory(), rank=1, score=0.9
    )


def make_import():
    return ImportFactory(created_by=UserFactory())


def make_mapping():
    name = f"ERP {models.ImportMapping.objects.count()}"
    return models.ImportMapping.objects.create(name=name, format="customers")


def make_key():
    customer = CustomerFactory()
    key = {"source": "shop", "external_id": f"old-{customer.pk}"}
    return models.MergedKey.objects.create(**key, customer=customer)


def make_pair():
    return models.DuplicatePair.objects.create(
        first=CustomerFactory(), second=CustomerFactory(), score=0.9
    )


def make_taxon(model):
    number = model.objects.count()
    return model.objects.create(slug=f"taxon-{number}", name=f"Taxon {number}", position=number)


def make_satisfaction_settings():
    settings = models.SatisfactionSettings()
    settings.save()
    return settings


MAKERS = {
    "apikey": ApiKeyFactory,
    "proposal": ProposalFactory,
    "webhookendpoint": WebhookEndpointFactory,
    "domainevent": DomainEventFactory,
    "webhookdelivery": WebhookDeliveryFactory,
    "connector": ConnectorFactory,
    "inboundwebhook": InboundWebhookFactory,
    "shopstatus": ShopStatusFactory,
    "sourceversion": SourceVersionFactory,
    "rolerule": lambda: models.RoleRule.objects.get(pk="lead"),
    "agentprofile": AgentProfileFactory,
    "businesshours": BusinessHoursFactory,
    "digestsubscription": DigestSubscriptionFactory,
    "holiday": HolidayFactory,
    "notice": NoticeFactory,
    "ruledue": RuleDueFactory,
    "rule": RuleFactory,
    "rulerun": RuleRunFactory,
    "satisfactionrating": SatisfactionRatingFactory,
    "slapolicy": SlaPolicyFactory,
    "ticketsla": TicketSlaFactory,
    "satisfactionsettings": make_satisfaction_settings,
    "audience": lambda: AudienceFactory(created_by=UserFactory()),
    "automaticlabel": AutomaticLabelFactory,
    "errorbudget": ErrorBudgetFactory,
    "customer": make_customer,
    "product": ProductFactory,
    "order": OrderFactory,
    "ticket": make_ticket,
    "message": make_message,
    "review": make_review,
    "article": ArticleFactory,
    "articleversion": lambda: ArticleFactory().versions.get(),
    "macro": MacroFactory,
    "team": TeamFactory,
    "attachment": AttachmentFactory,
    "journalentry": JournalEntryFactory,
    "passage": PassageFactory,
    "question": QuestionFactory,
    "recommendation": RecommendationFactory,
    "similarproduct": make_similar,
    "boughttogether": BoughtTogetherFactory,
    "prospect": ProspectFactory,
    "prospectsearch": ProspectSearchFactory,
    "recommendationshown": RecommendationShownFactory,
    "recommendationlift": RecommendationLiftFactory,
    "import": make_import,
    "importmapping": make_mapping,
    "refusedrow": lambda: models.RefusedRow.objects.create(
        shop_import=make_import(), number=1, reason="is empty"
    ),
    "duplicatescan": lambda: models.DuplicateScan.objects.create(),
    "duplicatepair": make_pair,
    "mergedkey": make_key,
    "intent": lambda: make_taxon(models.Intent),
    "segment": lambda: make_taxon(models.Segment),
    "aspect": lambda: make_taxon(models.Aspect),
    "aspectmention": AspectMentionFactory,
    "modelversion": ModelVersionFactory,
    "correction": lambda: CorrectionFactory(by=UserFactory()),
    "training": lambda: TrainingFactory(requested_by=UserFactory()),
    "promotion": lambda: PromotionFactory(requested_by=UserFactory()),
    "exchangerate": ExchangeRateFactory,
    "rfmchange": RfmChangeFactory,
    "cohortcell": CohortCellFactory,
    "refresh": RefreshFactory,
    "topic": TopicFactory,
    "weeklydigest": WeeklyDigestFactory,
    "alarm": lambda: AlarmFactory(dismissed_by=UserFactory()),
    "draft": DraftFactory,
    "orderreturn": lambda: models.OrderReturn.objects.create(
        order=OrderFactory(), reason="faulty", created_by=UserFactory()
    ),
    "assistevent": AssistEventFactory,
    "summary": SummaryFactory,
    "generator": lambda: GeneratorFactory(created_by=UserFactory()),
    "generatoruse": lambda: GeneratorUseFactory(set_by=UserFactory()),
    "generatortrial": lambda: GeneratorTrialFactory(requested_by=UserFactory()),
    "generationlog": GenerationLogFactory,
    "egressrecord": EgressRecordFactory,
    "mailbox": MailboxFactory,
    "inboundmail": InboundMailFactory,
    "outboundmail": OutboundMailFactory,
    "finding": lambda: FindingFactory(dismissed_by=UserFactory()),
    "articledraft": lambda: ArticleDraftFactory(
        requested_by=UserFactory(), article=ArticleFactory()
    ),
    "radartext": lambda: models.RadarText.objects.create(
        key=f"article:{models.RadarText.objects.count()}", sha256="0" * 64
    ),
    "company": lambda: models.Company.objects.create(name=f"Acme {models.Company.objects.count()}"),
    "contactpoint": lambda: models.ContactPoint.objects.create(
        customer=CustomerFactory(), kind="email", value="second@example.com"
    ),
    "customfield": lambda: models.CustomField.objects.create(
        record="order", key=f"f{models.CustomField.objects.count()}", name="F", type="text"
    ),
    "customernote": lambda: models.CustomerNote.objects.create(
        customer=CustomerFactory(), body="Calls", by=UserFactory()
    ),
    "task": lambda: models.Task.objects.create(
        title="Call", customer=CustomerFactory(), ticket=TicketFactory(), assignee=UserFactory()
    ),
    "savedview": lambda: models.SavedView.objects.create(
        list_name="customers", name="Mine", owner=UserFactory(), shared_with="all"
    ),
    "export": lambda: models.Export.objects.create(
        list_name="customers", columns=["email"], created_by=UserFactory()
    ),
    "bulkedit": lambda: models.BulkEdit.objects.create(
        action="city", value="Rome", created_by=UserFactory()
    ),
    "consent": lambda: models.Consent.objects.create(
        customer=CustomerFactory(), purpose="profiling", is_allowed=True, method="form"
    ),
    "erasurerequest": lambda: models.ErasureRequest.objects.create(reason="asked"),
    "tombstone": lambda: models.Tombstone.objects.create(
        digest=f"{models.Tombstone.objects.count():064x}",
        kind="email",
        erasure="9c2d7b4e-8f0e-4c56-9d7a-1b2c3d4e5f60",
    ),
    "legalhold": lambda: models.LegalHold.objects.create(
        customer=CustomerFactory(), reason="A lawsuit."
    ),
    "accessexport": lambda: models.AccessExport.objects.create(customer=CustomerFactory()),
    "retentionrule": lambda: models.RetentionRule.objects.update_or_create(
        kept="mail", defaults={"days": 30}
    )[0],
    "retentionrun": lambda: models.RetentionRun.objects.create(counts={"mail": 1}),
    "privacysettings": lambda: models.PrivacySettings.objects.get_or_create(pk=1)[0],
    "user": UserFactory,
    "auditentry": lambda: AuditEntryFactory(action="asked"),
    "audithead": lambda: models.AuditHead.objects.get_or_create(pk=1)[0],
    "backup": lambda: models.Backup.objects.create(folder="backups/1"),
    "queuebeat": lambda: models.QueueBeat.objects.create(
        queue=f"q{models.QueueBeat.objects.count()}"
    ),
}


def address(row, page="change"):
    """Where a row's admin page is."""
    options = row._meta
    base = f"/admin/{options.app_label}/{options.model_name}/"
    return base if page == "changelist" else f"{base}{row.pk}/{page}/"


def posted(client, row, **changes):
    """What the row's form sends when these fields are changed by hand."""
    return {**fields_of(client.get(address(row)).content.decode()), **changes}
