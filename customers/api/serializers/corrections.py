"""Corrections: what a person says is right about a row, and what a model had said."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.serializers.records import VisibleRelatedField
from customers.decisions import decide, fits, labels_of
from customers.models import Correction, Customer, Message, Review, Ticket
from customers.models.correction import ROWS


def _about(rows: Any) -> VisibleRelatedField:
    return VisibleRelatedField(queryset=rows, required=False, allow_null=True)


class CorrectionSerializer(serializers.ModelSerializer):
    """Name one row and what is right about it; posting again takes the former one's place.

    It is the decision of staff on that row from then on, and a row to train on.
    """

    ticket = _about(Ticket.objects.all())
    message = _about(Message.objects.select_related("ticket"))
    review = _about(Review.objects.all())
    customer = _about(Customer.objects.all())
    by = serializers.SerializerMethodField(help_text="Who decided; null once they are gone.")
    agrees = serializers.BooleanField(
        read_only=True, help_text="Whether it confirms what the model said."
    )

    class Meta:
        model = Correction
        fields = (
            *("id", "task", *ROWS, "label"),
            *("said_label", "said_probability", "model_version", "agrees", "by", "said_at"),
        )
        read_only_fields = ("said_label", "said_probability", "model_version", "said_at")
        validators: ClassVar[list] = []  # one a task and row: the new one takes the former's place

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_by(self, correction: Correction) -> str | None:
        """The user's name."""
        return correction.by.get_username() if correction.by else None

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """One row that fits the task, and a label that the task knows."""
        named = [name for name in ROWS if values.get(name)]
        if len(named) != 1:
            raise serializers.ValidationError(f"Name one of {', '.join(ROWS)}.")
        task, row = values["task"], values[named[0]]
        if not fits(task, row):
            raise serializers.ValidationError({named[0]: f"No {task} is read of this row."})
        if values["label"] not in (known := labels_of(task)):
            raise serializers.ValidationError({"label": f"Use one of {', '.join(sorted(known))}."})
        return {"task": task, "row": row, "label": values["label"]}

    def create(self, validated_data: dict[str, Any]) -> Correction:
        """Decide by the row's own verb, which writes the correction."""
        return decide(**validated_data, by=self.context["request"].user)
