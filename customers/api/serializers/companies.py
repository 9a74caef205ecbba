"""Companies, and further addresses of customers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from customers.api.serializers.records import KEYS, TIMES, RecordSerializer, VisibleRelatedField
from customers.journal.recording import saved
from customers.models import Company, ContactPoint, Customer
from customers.people.companies import save_company
from customers.people.contacts import check


class CompanySerializer(RecordSerializer):
    """A company. Its people are the customers whose `company` is its name; a new name is
    given to them too.
    """

    class Meta:
        model = Company
        fields = (*KEYS, "name", "domain", "country", "notes", *TIMES)

    def validate_name(self, name: str) -> str:
        """A name is there once, whatever its case."""
        if Company.objects.named(name).exclude(pk=getattr(self.instance, "pk", None)).exists():
            raise serializers.ValidationError("There is a company of this name already.")
        return name

    def create(self, validated_data: dict[str, Any]) -> Company:
        """The company, written down in the journal."""
        company = Company(**validated_data)
        saved(company, by=self.context["request"].user)
        return company

    def update(self, instance: Company, validated_data: dict[str, Any]) -> Company:
        """Set what differs; nothing differs, nothing is written."""
        former = instance.name
        changed = {k: v for k, v in validated_data.items() if getattr(instance, k) != v}
        for name, value in changed.items():
            setattr(instance, name, value)
        if changed:
            save_company(instance, former_name=former, by=self.context["request"].user)
        return instance


class ContactPointSerializer(serializers.ModelSerializer):
    """A customer's e-mail address or phone number beside the first one, which stands on the
    customer. It stays with its customer.
    """

    customer = VisibleRelatedField(queryset=Customer.objects.all())

    class Meta:
        model = ContactPoint
        fields = ("id", "customer", "kind", "value", "label", "created_at")
        read_only_fields = ("created_at",)

    def validate_customer(self, customer: Customer) -> Customer:
        """It is not handed on to another customer."""
        if self.instance and self.instance.customer_id != customer.pk:
            raise serializers.ValidationError("Another customer needs a contact point of theirs.")
        return customer

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The address or number is one, and the customer has it once."""
        given = {
            name: attrs[name] if name in attrs else getattr(self.instance, name)
            for name in ("customer", "kind", "value")
        }
        try:
            check(**given, pk=getattr(self.instance, "pk", None))
        except ValidationError as wrong:
            raise serializers.ValidationError({"value": wrong.messages}) from wrong
        return attrs

    def create(self, validated_data: dict[str, Any]) -> ContactPoint:
        """The contact point, written down in the journal."""
        point = ContactPoint(**validated_data)
        saved(point, by=self.context["request"].user)
        return point

    def update(self, instance: ContactPoint, validated_data: dict[str, Any]) -> ContactPoint:
        """Set what is given."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        names = ("kind", "value", "label", "normalised")
        saved(instance, names, by=self.context["request"].user)
        return instance
