"""Rows for tests: each factory makes a valid row of its record, distinct but not random."""

from tests.factories.assist import AssistEventFactory, DraftFactory, MacroFactory, SummaryFactory
from tests.factories.generators import (
    EgressRecordFactory,
    GenerationLogFactory,
    GeneratorFactory,
    GeneratorTrialFactory,
    GeneratorUseFactory,
)
from tests.factories.insight import (
    AlarmFactory,
    AudienceFactory,
    CohortCellFactory,
    ExchangeRateFactory,
    RefreshFactory,
    RfmChangeFactory,
    TopicFactory,
    WeeklyDigestFactory,
)
from tests.factories.knowledge import (
    ArticleDraftFactory,
    ArticleFactory,
    FindingFactory,
    PassageFactory,
    QuestionFactory,
)
from tests.factories.mail import InboundMailFactory, MailboxFactory, OutboundMailFactory
from tests.factories.models import (
    AutomaticLabelFactory,
    CorrectionFactory,
    ErrorBudgetFactory,
    ModelVersionFactory,
    PromotionFactory,
    TrainingFactory,
)
from tests.factories.noon import NOON
from tests.factories.recommending import (
    BoughtTogetherFactory,
    ProspectFactory,
    ProspectSearchFactory,
    RecommendationFactory,
    RecommendationLiftFactory,
    RecommendationShownFactory,
)
from tests.factories.reviews import AspectMentionFactory, ReviewFactory
from tests.factories.shop import (
    CustomerFactory,
    ImportFactory,
    OrderFactory,
    ProductFactory,
    UserFactory,
)
from tests.factories.tickets import (
    AttachmentFactory,
    JournalEntryFactory,
    MessageFactory,
    TeamFactory,
    TicketFactory,
)

__all__ = [
    "NOON",
    "AlarmFactory",
    "ArticleDraftFactory",
    "ArticleFactory",
    "AspectMentionFactory",
    "AssistEventFactory",
    "AttachmentFactory",
    "AudienceFactory",
    "AutomaticLabelFactory",
    "BoughtTogetherFactory",
    "CohortCellFactory",
    "CorrectionFactory",
    "CustomerFactory",
    "DraftFactory",
    "EgressRecordFactory",
    "ErrorBudgetFactory",
    "ExchangeRateFactory",
    "FindingFactory",
    "GenerationLogFactory",
    "GeneratorFactory",
    "GeneratorTrialFactory",
    "GeneratorUseFactory",
    "ImportFactory",
    "InboundMailFactory",
    "JournalEntryFactory",
    "MacroFactory",
    "MailboxFactory",
    "MessageFactory",
    "ModelVersionFactory",
    "OrderFactory",
    "OutboundMailFactory",
    "PassageFactory",
    "ProductFactory",
    "PromotionFactory",
    "ProspectFactory",
    "ProspectSearchFactory",
    "QuestionFactory",
    "RecommendationFactory",
    "RecommendationLiftFactory",
    "RecommendationShownFactory",
    "RefreshFactory",
    "ReviewFactory",
    "RfmChangeFactory",
    "SummaryFactory",
    "TeamFactory",
    "TicketFactory",
    "TopicFactory",
    "TrainingFactory",
    "UserFactory",
    "WeeklyDigestFactory",
]
