"""Predictions as objects: what a model said, how sure it was, why, and which model."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import Sentiment


class EvidenceSerializer(serializers.Serializer):
    """One thing that moved a prediction: a word, a feature or a past purchase."""

    kind = serializers.ChoiceField(choices=["word", "feature", "purchase"])
    name = serializers.CharField(help_text="The word, the feature's name or the product.")
    weight = serializers.FloatField(help_text="Positive speaks for the label, negative against.")
    value = serializers.JSONField(required=False, help_text="What the feature was.")
    start = serializers.IntegerField(required=False, help_text="First character of the word.")
    end = serializers.IntegerField(required=False, help_text="The character after the word.")


class LikenessSerializer(serializers.Serializer):
    """A label by likeness to its description; it was never trained."""

    label = serializers.CharField()  # type: ignore[assignment]
    cosine = serializers.FloatField(help_text="How alike text and description are, up to 1.")


class PredictionSerializer(serializers.Serializer):
    """A model's opinion; null while the row has not been read."""

    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    probability = serializers.FloatField(help_text="Calibrated, from 0 to 1.")
    abstained = serializers.BooleanField(help_text="The model was not sure enough to say.")
    reason = serializers.CharField(help_text="Why it abstained; empty when it did not.")
    score = serializers.FloatField(required=False, help_text="Sentiment only, from -1 to 1.")
    distribution = serializers.DictField(child=serializers.FloatField())
    evidence = EvidenceSerializer(many=True)
    model = serializers.CharField(help_text="The model's name.")
    model_version = serializers.CharField(help_text="sha256 of the model's weights.")
    threshold = serializers.FloatField(help_text="Below this probability the model abstains.")
    input_sha256 = serializers.CharField(required=False, help_text="sha256 of what was read.")
    at = serializers.DateTimeField(help_text="When the row was read.")
    likeness = LikenessSerializer(
        required=False,
        help_text="Intents only: where the model abstained, what a name that none has learnt "
        "is like by its description. It decides nothing by itself.",
    )

    def to_representation(self, detail: dict[str, Any]) -> Any:
        """The stored detail as it is, for the analysis wrote it in this form; None before."""
        known: Any = self.fields
        return {name: detail[name] for name in known if name in detail} if detail else None


class DecisionSerializer(serializers.Serializer):
    """A person's decision and the model's opinion side by side."""

    decided = serializers.CharField(allow_null=True, help_text="What staff set, if anything.")
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    automatic = serializers.BooleanField(
        help_text="Set by a rule inside its error budget, not by a person."
    )
    prediction = PredictionSerializer(allow_null=True)


@extend_schema_field(DecisionSerializer)
class DecisionField(serializers.Field):
    """Reads the columns NAME, NAME_set_by, NAME_set_at and NAME_detail of a row."""

    def __init__(self, task: str) -> None:
        self.task = task
        super().__init__(source="*", read_only=True)

    def to_representation(self, row: Any) -> dict[str, Any]:
        """The decision with its author, and the prediction."""
        by = getattr(row, f"{self.task}_set_by")
        at = getattr(row, f"{self.task}_set_at")
        detail = getattr(row, f"{self.task}_detail")
        return {
            "decided": getattr(row, f"{self.task}_id"),
            "decided_by": by.get_username() if by else None,
            "decided_at": at.isoformat() if at else None,
            "automatic": getattr(row, f"{self.task}_set_automatically", False),
            "prediction": PredictionSerializer().to_representation(detail),
        }


def decided_sentiment() -> serializers.ChoiceField:
    """The column with what staff say a text sounds like; "" where nobody decided."""
    return serializers.ChoiceField(
        choices=Sentiment.choices,
        source="sentiment_decision",
        read_only=True,
        allow_blank=True,
        help_text="What staff say; empty where nobody decided. Written by `corrections`.",
    )


class AnalysisSerializer(serializers.Serializer):
    """Where a row stands on its way through the models."""

    pending = serializers.BooleanField(source="is_pending")
    analysed_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()
    error = serializers.CharField(source="analysis_error")
