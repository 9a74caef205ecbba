"""Proposals: what an agent would have done; which arguments a kind needs and takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.serializers.records import VisibleRelatedField
from customers.decisions import fits, labels_of
from customers.models import Correction, Customer, Message, Order, OrderReturn, Proposal, Ticket
from customers.proposals.kinds import KINDS, Kind
from customers.proposals.lines import Refused
from customers.proposals.on_tickets import wanted_of

RECORDS = ("ticket", "customer", "order")
MOST_CHARACTERS = 20_000
MOST_TAGS, MOST_LINES = 20, 100
GIVEN: dict[str, Any] = {"required": False, "write_only": True}


class UnitsSerializer(serializers.Serializer):
    """How many units of a line of an order come back."""

    position = serializers.IntegerField(min_value=0, max_value=10_000)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


def _about(rows: Any, says: str) -> VisibleRelatedField:
    return VisibleRelatedField(queryset=rows, required=False, allow_null=True, help_text=says)


def _tags(says: str) -> serializers.ListField:
    one = serializers.CharField(max_length=40)
    return serializers.ListField(
        child=one, min_length=1, max_length=MOST_TAGS, help_text=says, **GIVEN
    )


class ProposalSerializer(serializers.ModelSerializer):
    """One act that a person of the shop should confirm. Which arguments there are goes by its
    kind; what was given stands in `arguments`.
    """

    ticket = _about(Ticket.objects.all(), "The ticket that it is about.")
    customer = _about(Customer.objects.all(), "The customer that it is about.")
    order = _about(Order.objects.all(), "The order; of the ticket's customer.")
    reason = serializers.CharField(
        max_length=2000, help_text="Why, for the person who decides; name what it rests on."
    )
    body = serializers.CharField(
        max_length=MOST_CHARACTERS, help_text="The text, as it would be sent.", **GIVEN
    )
    then = serializers.ChoiceField(
        Ticket.Status.choices, help_text="The status that the ticket goes to with it.", **GIVEN
    )
    # `status` is the proposal's own
    new_status = serializers.ChoiceField(
        Ticket.Status.choices, help_text="The ticket's new status.", **GIVEN
    )
    priority = serializers.ChoiceField(
        Ticket.Priority.choices, help_text="The ticket's new priority.", **GIVEN
    )
    assignee = serializers.CharField(
        max_length=150, allow_blank=True, help_text="A login of the shop; empty: nobody.", **GIVEN
    )
    team = serializers.CharField(
        max_length=80, allow_blank=True, help_text="A team by name; empty: none.", **GIVEN
    )
    add_tags = _tags("Tags to give.")
    remove_tags = _tags("Tags to take away.")
    task = serializers.ChoiceField(
        Correction.Task.choices, help_text="What the model predicted.", **GIVEN
    )
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=60, help_text="The label that is right, by its slug.", **GIVEN
    )
    message = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="The message that is judged.", **GIVEN
    )
    title = serializers.CharField(max_length=200, help_text="What is to be done.", **GIVEN)
    due_on = serializers.DateField(help_text="Until the end of this day.", **GIVEN)
    amount = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="In the order's currency.",
        **GIVEN,
    )
    units = serializers.ListField(
        child=UnitsSerializer(),
        min_length=1,
        max_length=MOST_LINES,
        help_text="What comes back, by the lines' positions.",
        **GIVEN,
    )
    return_reason = serializers.ChoiceField(
        OrderReturn.Reason.choices, help_text="Why goods come back.", **GIVEN
    )
    decided_by = serializers.SerializerMethodField(help_text="A login of the shop, or null.")

    class Meta:
        model = Proposal
        fields = (
            *("id", "kind", "status", *RECORDS, "reason", "arguments"),
            *("body", "then", "new_status", "priority", "assignee", "team"),
            *("add_tags", "remove_tags", "task", "label", "message", "title", "due_on"),
            *("amount", "units", "return_reason"),
            *("created_at", "expires_at", "decided_by", "decided_at", "outcome"),
        )
        read_only_fields: ClassVar = (
            *("status", "arguments", "created_at", "expires_at", "decided_at", "outcome"),
        )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_decided_by(self, proposal: Proposal) -> str | None:
        """The user's name."""
        return proposal.decided_by.get_username() if proposal.decided_by else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The columns of the proposal; refuses what its kind does not know, or lacks."""
        kind = KINDS[attrs["kind"]]
        records = {name: attrs[name] for name in RECORDS if attrs.get(name)}
        _refuse_records(kind, records)
        own = {*RECORDS, "kind", "reason"}
        said = {name: value for name, value in attrs.items() if name not in own}
        _refuse_arguments(kind, said)
        if kind.is_either and len(records) > 1:
            del records["customer"]
        columns = {"kind": attrs["kind"], "reason": attrs["reason"], **records}
        _check(said, records)
        return columns | {"arguments": {name: _plain(value) for name, value in said.items()}}


def _refuse_records(kind: Kind, records: dict[str, Any]) -> None:
    missing = [name for name in kind.about if name not in records]
    if missing and not (kind.is_either and records):
        said = f"Name the {' or the '.join(missing) if kind.is_either else missing[0]}."
        raise serializers.ValidationError({missing[0]: said})
    for name in records:
        if name not in kind.about:
            raise serializers.ValidationError({name: "This kind is not about one."})
    order, ticket = records.get("order"), records.get("ticket")
    if (
        order
        and ticket
        and order.pk != ticket.order_id
        and order.customer_id != (ticket.customer_id or 0)
    ):
        raise serializers.ValidationError({"order": "It is not of the ticket's customer."})


def _refuse_arguments(kind: Kind, said: dict[str, Any]) -> None:
    known = ", ".join(kind.arguments)
    for name in said:
        if name not in kind.arguments:
            raise serializers.ValidationError({name: f"This kind takes {known or 'nothing'}."})
    for name in kind.needs:
        if name not in said:
            raise serializers.ValidationError({name: "This kind needs it."})
    if kind.takes and not kind.needs and not said:
        raise serializers.ValidationError({kind.takes[0]: f"Give one of {known}."})


def _check(said: dict[str, Any], records: dict[str, Any]) -> None:
    try:
        wanted_of(said)
    except Refused as error:
        name = "team" if "team" in said and "assignee" not in said else "assignee"
        raise serializers.ValidationError({name: str(error)}) from error
    if "task" in said and "label" in said:
        _check_label(said, records)


def _check_label(said: dict[str, Any], records: dict[str, Any]) -> None:
    row = records.get("ticket") or records["customer"]
    if (pk := said.get("message")) is not None:
        row = Message.objects.filter(ticket=records.get("ticket"), pk=pk).first()
        if row is None or "ticket" not in records:
            raise serializers.ValidationError({"message": "It is not of the ticket."})
    if not fits(said["task"], row):
        raise serializers.ValidationError({"task": "No such label is read of this record."})
    if said["label"] not in (known := labels_of(said["task"])):
        raise serializers.ValidationError({"label": f"Use one of {', '.join(sorted(known))}."})


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    is_plain = isinstance(value, str | int | list | dict)
    return value if is_plain else str(value)
