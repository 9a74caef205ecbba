"""The addresses of the API that need what reads the records."""

from django.urls import path, re_path

from customers.api.upsert import BY_EXTERNAL_ID
from intelligence.api import LiveRecommendations
from intelligence.predictions_api import Predictions

LIVE = "recommendations/live/"

urlpatterns = [
    path("predictions/", Predictions.as_view(), name="predictions"),
    path(f"customers/<int:pk>/{LIVE}", LiveRecommendations.as_view(), name="live"),
    re_path(
        rf"^customers/{BY_EXTERNAL_ID}/{LIVE}$", LiveRecommendations.as_view(), name="live-by-key"
    ),
]
