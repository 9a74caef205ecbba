"""Audiences, their size, and what their rules may name."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from customers.audiences.reading import checked
from customers.audiences.tree import BadRules, Problem
from customers.models import Audience


class RulesField(serializers.JSONField):
    """A tree of rules; each one that is wrong has its own pointer in the answer."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The rules as they are stored; raises ValidationError with every problem."""
        value = super().run_validation(data)
        of = getattr(self.root.instance, "pk", None)
        try:
            return checked(value, of=of)
        except BadRules as error:
            raise serializers.ValidationError(placed(error.problems)) from error


def placed(problems: list[Problem]) -> Any:
    """The problems as nested objects, whose keys lead to the value that each is about."""
    tree: dict[str, Any] = {}
    for problem in problems:
        node = tree
        for step in problem.pointer.split("/")[1:]:
            node = node.setdefault(step, {})
        node.setdefault("non_field_errors", []).append(problem.detail)
    return tree


class AudienceSerializer(serializers.ModelSerializer):
    """An audience and its rules."""

    name = serializers.CharField(
        max_length=120,
        validators=[
            UniqueValidator(
                Audience.objects.all(),
                lookup="iexact",
                message="There is an audience of this name already.",
            )
        ],
    )
    rules = RulesField(
        help_text="{version, match: all or any, not, rules: [...]}; /audiences/fields/ lists "
        "what a rule may name."
    )

    class Meta:
        model = Audience
        fields = (
            *("id", "name", "description", "rules", "is_archived"),
            *("created_by", "created_at", "updated_at"),
        )
        read_only_fields = ("created_by",)

    def create(self, validated_data: dict[str, Any]) -> Audience:
        """A new audience by the asking user."""
        return super().create({**validated_data, "created_by": self.context["request"].user})


class SizeSerializer(serializers.Serializer):
    """How many customers meet rules, of how many; `is_exact` is false where counting took
    too long and the database's estimate is told.
    """

    count = serializers.IntegerField()
    of = serializers.IntegerField()
    is_exact = serializers.BooleanField()


class RulesSerializer(serializers.Serializer):
    """Rules to be counted without being stored."""

    rules = RulesField()


class OperatorSerializer(serializers.Serializer):
    """What can be asked: `takes` values of the type `operand`; -1 takes any number."""

    name = serializers.CharField()
    operand = serializers.CharField()
    takes = serializers.IntegerField()


class FieldSerializer(serializers.Serializer):
    """Something that a rule may name."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    unit = serializers.CharField()
    modifiers = serializers.ListField(child=serializers.CharField())
    operators = OperatorSerializer(many=True)
