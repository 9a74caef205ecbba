"""The number of queries of a page does not depend on rows: every list, every record page.

Rows are filled, above all their foreign keys: an empty one hides a query a row.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from customers.api.urls import router
from customers.audiences.tree import rules_of
from customers.insight.figures import Figure
from customers.insight.scope import Scope
from customers.journal.recording import recorded
from customers.models import (
    Aspect,
    Company,
    Consent,
    ContactPoint,
    Customer,
    CustomerNote,
    CustomField,
    DuplicatePair,
    ErasureRequest,
    Export,
    Intent,
    JournalEntry,
    Order,
    Passage,
    Segment,
    SimilarProduct,
    StaffMention,
    Task,
    Team,
    Ticket,
    User,
    WeeklyDigest,
)
from customers.periods import Period
from customers.urls import urlpatterns
from tests.factories import (
    NOON,
    AgentProfileFactory,
    AlarmFactory,
    ApiKeyFactory,
    ArticleDraftFactory,
    ArticleFactory,
    AspectMentionFactory,
    AssistEventFactory,
    AudienceFactory,
    AuditEntryFactory,
    AutomaticLabelFactory,
    BoughtTogetherFactory,
    BusinessHoursFactory,
    ConnectorFactory,
    CorrectionFactory,
    CustomerFactory,
    DraftFactory,
    FindingFactory,
    ImportFactory,
    InboundMailFactory,
    MacroFactory,
    MailboxFactory,
    MessageFactory,
    ModelVersionFactory,
    NoticeFactory,
    OrderFactory,
    OutboundMailFactory,
    ProductFactory,
    ProposalFactory,
    QuestionFactory,
    RecommendationFactory,
    ReviewFactory,
    RfmChangeFactory,
    RuleFactory,
    SatisfactionRatingFactory,
    SlaPolicyFactory,
    TeamFactory,
    TicketFactory,
    TopicFactory,
    TrainingFactory,
    UserFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)

REFUNDS = rules_of({"field": "intent", "operator": "any_of", "value": ["get_refund"]})
DETAIL = {"label": "x", "probability": 0.9, "distribution": {"complaint": 0.9}, "abstained": False}


def filled(row, **columns):
    """The row with columns that only models and staff write."""
    type(row)._base_manager.filter(pk=row.pk).update(**columns)
    return row


def make_customer(**columns):
    return filled(
        CustomerFactory(**columns),
        segment="loyal",
        segment_set_by=UserFactory(),
        suggested_segment="at_risk",
        segment_probability=0.9,
        segment_detail=DETAIL,
        sentiment_score=-0.5,
    )


def make_order(**columns):
    return filled(OrderFactory(lines=2, **columns), returned_order=OrderFactory(customer=None))


def make_return(of):
    return filled(OrderFactory(), kind=Order.Kind.RETURN, returned_order=of)


def make_ticket(**columns):
    ticket = TicketFactory(assignee=UserFactory(), **{"order": OrderFactory(), **columns})
    for _ in range(2):
        MessageFactory(ticket=ticket, author_kind="agent", author=UserFactory())
    return filled(
        ticket,
        intent="complaint",
        intent_set_by=UserFactory(),
        suggested_intent="get_refund",
        intent_probability=0.9,
        intent_detail=DETAIL,
        sentiment="negative",
        sentiment_score=-0.5,
        sentiment_trend=-0.5,
    )


def make_message(**columns):
    message = MessageFactory(**columns)
    AspectMentionFactory(message=message)
    return message


def make_review(**columns):
    review = ReviewFactory(**columns)
    AspectMentionFactory(review=review, aspect_id="price")
    return filled(
        review,
        sentiment="negative",
        sentiment_detail=DETAIL,
        sentiment_decision="positive",
        sentiment_set_by=UserFactory(),
        sentiment_set_at=NOON,
    )


def make_audience():
    bought = {"field": "bought_product", "operator": "did", "value": [ProductFactory().pk]}
    inner = AudienceFactory(rules=rules_of(bought))
    member = {"field": "audience", "operator": "any_of", "value": [inner.pk]}
    return AudienceFactory(rules=rules_of(member, bought), created_by=UserFactory())


def make_import():
    return ImportFactory(created_by=UserFactory())


def make_pair():
    return DuplicatePair.objects.create(
        first=CustomerFactory(), second=CustomerFactory(), score=0.9
    )


def make_taxon(model):
    number = model.objects.count()
    return model.objects.create(slug=f"taxon-{number}", name=f"Taxon {number}", position=number)


def make_digest():
    """A week whose sentence has two figures, sealed as if their query had given them."""
    week = NOON.date() - timedelta(weeks=WeeklyDigest.objects.count())
    parameters = Scope(Period(week, week + timedelta(days=6)), "GBP").parameters
    values = {"orders": 3, "revenue": "70.0000"}
    figures = {name: Figure("sales", name, parameters, value) for name, value in values.items()}
    stored = {name: figure.as_json() for name, figure in figures.items()}
    statements = [{"key": "revenue_alone", "figures": stored}]
    return WeeklyDigest.objects.create(week_on=week, statements=statements, made_at=NOON)


def make_topic(**columns):
    """A topic with tickets of this period and the one before, which are its examples."""
    topic = TopicFactory(**columns)
    tickets = [make_ticket() for _ in range(2)]
    for ticket in tickets:
        filled(ticket, topic=topic)
    topic.example_pks = [ticket.pk for ticket in tickets]
    topic.save()
    return topic


def make_question(**columns):
    """A question answered from a passage, with everything that a row shows."""
    article = ArticleFactory()
    passage = Passage.objects.create(
        article=article,
        position=9,
        heading=article.title,
        body="Send it back.",
        language="en",
        visibility="public",
    )
    source = {
        "passage": passage.pk,
        "source": "article",
        "source_id": article.pk,
        "title": passage.heading,
    }
    columns = {"customer": CustomerFactory(), "ticket": TicketFactory(), **columns}
    return QuestionFactory(
        user=UserFactory(),
        handed_over_to=TicketFactory(),
        reviewed_by=UserFactory(),
        kind="passage",
        status="answered",
        feedback="down",
        answer="Send it back.",
        evidence=[source | {"quote": "Send it", "start": 0, "end": 7}],
        closest=[source],
        detail={"retrieved": [passage.pk]},
        **columns,
    )


def make_finding():
    """A finding with a draft that became an article, and dismissed by somebody."""
    finding = FindingFactory(dismissed_by=UserFactory())
    ArticleDraftFactory(finding=finding, article=ArticleFactory(), status="done")
    return finding


def make_company():
    OrderFactory(customer=CustomerFactory(company=f"Acme {Company.objects.count()}"))


def make_act():
    customers = Customer.objects.filter(pk=CustomerFactory().pk)
    kind = JournalEntry.Kind.EDITED
    with recorded(kind, by=UserFactory()) as journal, journal.watching(customers, "city"):
        customers.update(city="Rome")


def make_field():
    number = CustomField.objects.count()
    CustomField.objects.create(record="order", key=f"f{number}", name=f"F{number}", type="text")


def make_task():
    """A task of the admin whose lists are measured."""
    about = {"customer": CustomerFactory(), "ticket": TicketFactory()}
    mine = User.objects.get(username="admin")
    return Task.objects.create(title="Call", assignee=mine, **about)


def make_team():
    return Team.objects.create(name=f"Team {Team.objects.count()}")


def make_mails(ticket):
    """A mail of the ticket that came, and one that went out."""
    InboundMailFactory(message__ticket=ticket)
    OutboundMailFactory(message__ticket=ticket, copied_to=["bob@example.com"])


def make_rule():
    actions = [{"do": "team", "value": str(TeamFactory().pk)}, {"do": "note", "value": "Look."}]
    return RuleFactory(conditions=REFUNDS, actions=actions)


def make_agent():
    profile = AgentProfileFactory(languages=["en"])
    profile.intents.add("get_refund")
    TeamFactory().members.add(profile.user)
    TicketFactory(assignee=profile.user, body="")
    return profile


def make_proposal():
    said = {"assignee": UserFactory().username, "add_tags": ["vip"], "priority": "high"}
    return ProposalFactory(
        kind="ticket", arguments=said, ticket=make_ticket(), decided_by=UserFactory()
    )


SCREENS = {
    "alarms": AlarmFactory,
    "audiences": make_audience,
    "audit": AuditEntryFactory,
    "automation": lambda: AutomaticLabelFactory(settled_by=UserFactory()),
    "companies": make_company,
    "custom-fields": make_field,
    "channels": lambda: MailboxFactory(team=make_team()),
    "customers": make_customer,
    "exports": lambda: Export.objects.create(
        list_name="customers", columns=[], created_by=UserFactory()
    ),
    "journal": make_act,
    "keys": ApiKeyFactory,
    "proposals": make_proposal,
    "privacy": lambda: ErasureRequest.objects.create(reason="asked", requested_by=UserFactory()),
    "connectors": ConnectorFactory,
    "webhooks": WebhookEndpointFactory,
    "tasks": make_task,
    "tickets": make_ticket,
    "products": ProductFactory,
    "orders": make_order,
    "reviews": make_review,
    "articles": ArticleFactory,
    "macros": MacroFactory,
    "ask": make_question,
    "questions": make_question,
    "duplicates": make_pair,
    "imports": make_import,
    "radar": make_finding,
    "topics": make_topic,
    "models": lambda: TrainingFactory(
        requested_by=UserFactory(), model=ModelVersionFactory(is_serving=False)
    ),
    "corrections": lambda: CorrectionFactory(by=UserFactory()),
    "rules": make_rule,
    "service-levels": lambda: SlaPolicyFactory(
        hours=BusinessHoursFactory(), conditions=REFUNDS, is_active=False
    ),
    "assignment": make_agent,
    "satisfaction": lambda: SatisfactionRatingFactory(
        agent=UserFactory(), team=TeamFactory(), intent_id="get_refund"
    ),
}
NOT_IN_THE_API = {
    *("ask", "automation", "duplicates", "models", "radar"),
    *("rules", "service-levels", "assignment", "satisfaction"),
    *("audit", "channels", "custom-fields", "exports", "connectors", "journal", "keys"),
    *("privacy", "tasks"),
}
ENDPOINTS = {
    **{noun: SCREENS[noun] for noun in SCREENS if noun not in NOT_IN_THE_API},
    "contact-points": lambda: ContactPoint.objects.create(
        customer=CustomerFactory(), kind="email", value="further@example.com"
    ),
    "consents": lambda: Consent.objects.create(
        customer=make_customer(), purpose="profiling", is_allowed=True, method="form"
    ),
    "findings": make_finding,
    "recommendations": RecommendationFactory,
    "corrections": lambda: CorrectionFactory(by=UserFactory()),
    "intents": lambda: make_taxon(Intent),
    "segments": lambda: make_taxon(Segment),
    "aspects": lambda: make_taxon(Aspect),
    "insight/digests": make_digest,
    "webhook-deliveries": WebhookDeliveryFactory,
}

# What stands on a record's page, by the row it is of and what adds one more to it.
PARTS = {
    "notes of a customer": (
        make_customer,
        lambda row: CustomerNote.objects.create(
            customer=row, body="Calls", by=UserFactory(), pinned_at=NOON
        ),
    ),
    "tasks of a customer": (
        make_customer,
        lambda row: Task.objects.create(
            title="Call", customer=row, assignee=UserFactory(), created_by=UserFactory()
        ),
    ),
    "addresses of a customer": (
        make_customer,
        lambda row: ContactPoint.objects.create(
            customer=row, kind="email", value=f"a{row.contact_points.count()}@example.com"
        ),
    ),
    "orders of a customer": (make_customer, lambda row: make_order(customer=row)),
    "tickets of a customer": (make_customer, lambda row: make_ticket(customer=row)),
    "questions of a customer": (make_customer, lambda row: make_question(customer=row)),
    "questions of a ticket": (make_ticket, lambda row: make_question(ticket=row)),
    "reviews of a customer": (make_customer, lambda row: make_review(customer=row)),
    "recommendations of a customer": (
        make_customer,
        lambda row: RecommendationFactory(customer=row),
    ),
    "RFM classes of a customer": (make_customer, lambda row: RfmChangeFactory(customer=row)),
    "macros beside a ticket": (make_ticket, lambda row: MacroFactory()),
    "versions of an article": (
        ArticleFactory,
        lambda row: row.edit(by=UserFactory(), body=f"{row.revision} days."),
    ),
    "messages of a ticket": (
        make_ticket,
        lambda row: MessageFactory(ticket=row, author_kind="agent", author=UserFactory()),
    ),
    "mails of a ticket": (make_ticket, make_mails),
    "customers' messages of a ticket": (make_ticket, lambda row: make_message(ticket=row)),
    "orders of a ticket's customer": (make_ticket, lambda row: make_order(customer=row.customer)),
    "suggestions for a ticket": (
        make_ticket,
        lambda row: DraftFactory(ticket=row, asked_with=row.drafts.order_by("id").first()),
    ),
    "assistance with a ticket": (
        make_ticket,
        lambda row: AssistEventFactory(ticket=row, draft=DraftFactory(ticket=row)),
    ),
    "reviews of a product": (ProductFactory, lambda row: make_review(product=row)),
    "products like a product": (
        ProductFactory,
        lambda row: SimilarProduct.objects.create(
            product=row, similar=ProductFactory(), rank=row.similar.count() + 1, score=0.5
        ),
    ),
    "pairs of a product": (ProductFactory, lambda row: BoughtTogetherFactory(product=row)),
    "complaints of a customer": (
        make_customer,
        lambda row: make_ticket(customer=row, order=make_order(customer=row), subject="Lamp 7"),
    ),
    "lines of an order": (
        make_order,
        lambda row: row.lines.create(
            position=row.lines.count() + 1, product=ProductFactory(), quantity=1, unit_price=1
        ),
    ),
    "tickets of an order": (make_order, lambda row: make_ticket(order=row)),
    "returns of an order": (make_order, make_return),
}


def queries_of(client, address):
    """How many queries a page costs, once what is cached per process is cached."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured)


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(username="admin", role="admin"))
    return client


def test_every_list_of_the_screens_and_of_the_api_is_measured():
    lists = {
        route.name
        for route in urlpatterns
        if isinstance(route, URLPattern) and str(route.pattern) == f"{route.name}/"
    }
    # what aspects changed is one page of few rows, measured in test_aspect_trends; what a search
    # finds are a few rows of each kind, measured in search/test_find
    assert lists - {"aspects", "health", "search"} == set(SCREENS)
    assert {prefix for prefix, _, _ in router.registry} == set(ENDPOINTS)


@pytest.mark.parametrize("noun", SCREENS)
def test_a_screens_list_costs_the_same_for_1_and_30_rows(staff, noun):
    make = SCREENS[noun]
    make()
    one = queries_of(staff, f"/{noun}/")
    for _ in range(29):
        make()
    assert queries_of(staff, f"/{noun}/") == one
    shown = staff.get(f"/{noun}/").context["page"]
    assert len(shown.object_list) >= min(30, shown.paginator.per_page)


@pytest.mark.parametrize("noun", ENDPOINTS)
def test_an_endpoints_list_costs_the_same_for_1_and_30_rows(staff, noun):
    make = ENDPOINTS[noun]
    make()
    address = f"/api/v1/{noun}/?page_size=100"
    one = queries_of(staff, address)
    for _ in range(29):
        make()
    assert queries_of(staff, address) == one
    assert len(staff.get(address).json()["results"]) >= 30


@pytest.mark.parametrize("part", PARTS)
def test_a_records_page_costs_the_same_for_1_and_10_parts(staff, part):
    make, add = PARTS[part]
    row = make()
    address = f"/{row._meta.model_name}s/{row.pk}/"
    add(row)
    one = queries_of(staff, address)
    for _ in range(9):
        add(row)
    assert queries_of(staff, address) == one


def test_the_list_of_digests_costs_the_same_for_1_and_30_weeks(staff):
    make_digest()
    one = queries_of(staff, "/insight/digests/")
    for _ in range(29):
        make_digest()
    assert queries_of(staff, "/insight/digests/") == one
    assert staff.get("/insight/digests/").content.count(b"Revenue was") == 30


def test_home_costs_the_same_for_1_and_30_rows(staff):
    def add():
        ticket = make_ticket(status=Ticket.Status.OPEN, customer=make_customer())
        Customer.objects.filter(pk=ticket.customer_id).update(segment=None, order_count=3)
        make_review()
        AlarmFactory()
        FindingFactory()
        note = make_message(ticket=ticket, author_kind="agent", author=UserFactory())
        StaffMention.objects.create(message=note, ticket=ticket, user=me)
        Task.objects.create(title="Call", assignee=me, ticket=ticket, customer=ticket.customer)
        NoticeFactory(user=me, ticket=ticket)

    me = User.objects.get(pk=staff.session["_auth_user_id"])
    add()
    one = queries_of(staff, "/")
    for _ in range(29):
        add()
    assert queries_of(staff, "/") == one
    assert len(staff.get("/").context["urgent_tickets"]) > 1
    assert len(staff.get("/").context["angry_customers"]) > 1
