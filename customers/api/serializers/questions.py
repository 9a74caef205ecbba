"""Questions, and what may be shown of their answers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.serializers.records import VisibleRelatedField
from customers.asking.citations import Shown, shown_all
from customers.asking.text import MOST_CHARACTERS, clean_question
from customers.models import Customer, Question, Ticket


class CitationSerializer(serializers.Serializer):
    """The words that the answer is, in their sentence, and where they stand."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    address = serializers.CharField(help_text="The page with the words; empty where there is none.")
    sentence = serializers.CharField()
    quote = serializers.CharField()
    passage = serializers.IntegerField()


class ClosestSerializer(serializers.Serializer):
    """A source that comes close to a question without an answer."""

    title = serializers.CharField()
    address = serializers.CharField()
    excerpt = serializers.CharField()


class RecordEvidenceSerializer(serializers.Serializer):
    """A record that an answer was told from, and its fields."""

    record = serializers.ChoiceField(choices=["order", "customer"])
    record_id = serializers.IntegerField()
    fields_told = serializers.ListField(child=serializers.CharField(), source="fields")


class QuestionListSerializer(serializers.ListSerializer):
    """Many questions, whose sources are looked up at once."""

    def to_representation(self, data: Any) -> list[Any]:
        """Each question with what may be shown of it."""
        rows = list(data.all() if hasattr(data, "all") else data)
        user = self.context["request"].user
        context: Any = self.context
        context["shown"] = shown_all(rows, by_staff=user.is_staff_member)
        return super().to_representation(rows)


class QuestionSerializer(serializers.ModelSerializer):
    """A question. `answer` is filled once `status` is "answered"; an answer whose source is
    gone, changed or not for this reader is withdrawn.
    """

    answer = serializers.SerializerMethodField()
    citations = serializers.SerializerMethodField()
    closest = serializers.SerializerMethodField()
    records = serializers.SerializerMethodField()
    is_withdrawn = serializers.SerializerMethodField()

    class Meta:
        model = Question
        list_serializer_class = QuestionListSerializer
        fields = (
            *("id", "text", "language", "channel", "customer", "ticket", "status", "kind"),
            *("answer", "is_withdrawn", "probability", "citations", "records", "closest"),
            *("error", "latency_ms", "feedback", "feedback_reason", "handed_over_to"),
            *("created_at", "answered_at"),
        )

    @extend_schema_field(str)
    def get_answer(self, question: Question) -> str:
        """The answer as plain text."""
        return self._shown(question).plain

    @extend_schema_field(CitationSerializer(many=True))
    def get_citations(self, question: Question) -> list[Any]:
        """Where the answer stands."""
        return list(CitationSerializer(self._shown(question).citations, many=True).data)

    @extend_schema_field(ClosestSerializer(many=True))
    def get_closest(self, question: Question) -> list[Any]:
        """The closest sources."""
        return list(ClosestSerializer(self._shown(question).closest, many=True).data)

    @extend_schema_field(RecordEvidenceSerializer(many=True))
    def get_records(self, question: Question) -> list[Any]:
        """The records behind an answer about orders."""
        told = [item for item in question.evidence if "record" in item]
        return list(RecordEvidenceSerializer(told, many=True).data)

    @extend_schema_field(bool)
    def get_is_withdrawn(self, question: Question) -> bool:
        """Whether there was an answer that may not be shown any more."""
        return self._shown(question).is_withdrawn

    def _shown(self, question: Question) -> Shown:
        context: Any = self.context
        known: dict[int, Shown] = context.get("shown", {})
        if question.pk not in known:
            user = context["request"].user
            known = shown_all([question], by_staff=user.is_staff_member)
        return known[question.pk]


class AskSerializer(serializers.Serializer):
    """A question. `customer` is who it is about: you vouch that it is they who ask, or that
    you may know. In a ticket it is the ticket's customer.
    """

    text = serializers.CharField(
        trim_whitespace=False,
        allow_blank=True,
        help_text=f"At most {MOST_CHARACTERS} characters.",
    )
    customer = VisibleRelatedField(
        queryset=Customer.objects.defer("search"), required=False, allow_null=True
    )
    ticket = VisibleRelatedField(
        queryset=Ticket.objects.select_related("customer").defer("search", "customer__search"),
        required=False,
        allow_null=True,
    )

    def validate_text(self, text: str) -> str:
        """As `clean_question` takes it."""
        try:
            return clean_question(text)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class QuestionFeedbackSerializer(serializers.Serializer):
    """A thumb, and why."""

    feedback = serializers.ChoiceField(choices=Question.Feedback.choices)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class HandOverSerializer(serializers.Serializer):
    """Who asks, where no customer is known, and what else should be known."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
