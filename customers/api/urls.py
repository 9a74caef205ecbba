"""The addresses of the API."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import APIRootView, DefaultRouter

from customers.api import viewsets
from customers.api.audiences import AudienceViewSet
from customers.api.consents import ConsentViewSet
from customers.api.imports import ImportViewSet
from customers.api.insight import DigestViewSet, SalesView
from customers.api.problems import not_found
from customers.api.proposals import ProposalViewSet
from customers.api.questions import QuestionViewSet
from customers.api.schema import SchemaView
from customers.api.search import SearchView
from customers.api.webhooks import DeliveryViewSet, WebhookViewSet


class ApiRoot(APIRootView):
    """The lists there are, by their addresses; open to every key."""

    lists_addresses = True


router = DefaultRouter()
router.APIRootView = ApiRoot
router.register("customers", viewsets.CustomerViewSet)
router.register("companies", viewsets.CompanyViewSet)
router.register("contact-points", viewsets.ContactPointViewSet)
router.register("consents", ConsentViewSet)
router.register("products", viewsets.ProductViewSet)
router.register("orders", viewsets.OrderViewSet)
router.register("tickets", viewsets.TicketViewSet)
router.register("reviews", viewsets.ReviewViewSet)
router.register("audiences", AudienceViewSet)
router.register("articles", viewsets.ArticleViewSet)
router.register("imports", ImportViewSet)
router.register("macros", viewsets.MacroViewSet)
router.register("proposals", ProposalViewSet)
router.register("questions", QuestionViewSet)
router.register("recommendations", viewsets.RecommendationViewSet)
router.register("corrections", viewsets.CorrectionViewSet)
router.register("alarms", viewsets.AlarmViewSet)
router.register("findings", viewsets.FindingViewSet)
router.register("topics", viewsets.TopicViewSet)
router.register("intents", viewsets.IntentViewSet)
router.register("aspects", viewsets.AspectViewSet)
router.register("segments", viewsets.SegmentViewSet)
router.register("webhooks", WebhookViewSet)
router.register("webhook-deliveries", DeliveryViewSet)
router.register("insight/digests", DigestViewSet, "digest")

docs = SpectacularSwaggerSplitView.as_view(
    url_name="api-schema", template_name="api/docs.html", permission_classes=[]
)

urlpatterns = [
    path("v1/search/", SearchView.as_view(), name="api-search"),
    path("v1/insight/sales/", SalesView.as_view(), name="api-insight-sales"),
    path("v1/", include((router.urls, "api"))),
    path("schema/", SchemaView.as_view(permission_classes=[]), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    re_path(r"", not_found),
]
