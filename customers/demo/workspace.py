"""What staff of the demo shop have set up: companies, fields of their own, notes, tasks, a view.

Users are made before the shop is loaded, or not at all: tasks are for nobody where there are
none.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from customers.models import (
    Company,
    ContactPoint,
    Customer,
    CustomerNote,
    CustomField,
    SavedView,
    Task,
    User,
)

FIELDS: tuple[tuple[str, str, str, str, list[str]], ...] = (
    ("customer", "contact_by", "Reach them by", "choice", ["E-mail", "Phone", "Post"]),
    ("customer", "interests", "Interests", "multi", ["Baking", "Garden", "Gifts", "Home"]),
    ("customer", "price_list", "Price list", "text", []),
    ("order", "gift_note", "Gift note", "text", []),
)
NOTES = (
    "Orders by phone before the weekend; asks for one invoice a month.",
    "Wants to be told when the spring collection arrives.",
    "Had a broken delivery last year and was very patient about it.",
)
TASKS = (("Send the new price list", 3), ("Call about the open return", -1), ("Say thank you", 7))
DOMAIN = "example.com"


def write_workspace(source: str) -> None:
    """Write it for the customers of one source, the same at each load."""
    _write_fields()
    Company.objects.gather()
    for company in Company.objects.filter(domain="").order_by("name"):
        slug = "".join(sign for sign in company.name.lower() if sign.isalnum())
        Company.objects.filter(pk=company.pk).update(domain=f"{slug}.{DOMAIN}"[:120])
    customers = Customer.objects.filter(source=source).order_by("external_id")
    trade = list(customers.exclude(company="").defer("search")[: len(NOTES)])
    agents = User.objects.filter(is_active=True, groups__name="agent")
    user = agents.order_by("pk").first()
    for customer, body, (title, days) in zip(trade, NOTES, TASKS, strict=False):
        _write_about(customer, body, title, days, user)
    if user is not None:
        SavedView.objects.get_or_create(
            owner=user,
            list_name="customers",
            name="Trade, highest spend",
            defaults={
                "query": "tag=trade&sort=-spent",
                "columns": ["company", "country", "orders", "spent", "last_order"],
                "shared_with": SavedView.Sharing.ALL,
            },
        )


def _write_fields() -> None:
    for position, (record, key, name, kind, choices) in enumerate(FIELDS, start=1):
        CustomField.objects.get_or_create(
            record=record,
            key=key,
            defaults={"name": name, "type": kind, "choices": choices, "position": position},
        )


def _write_about(customer: Customer, body: str, title: str, days: int, user: User | None) -> None:
    customer.custom = {"contact_by": "Phone", "price_list": "Trade", "interests": ["Gifts"]}
    customer.save(update_fields=["custom"])
    ContactPoint.objects.create(
        customer=customer,
        kind=ContactPoint.Kind.EMAIL,
        value=f"accounts.{customer.pk}@{DOMAIN}",
        label="accounts",
    )
    written_at = (customer.last_order_at or timezone.now()) + timedelta(hours=2)
    CustomerNote.objects.create(customer=customer, body=body, by=user, written_at=written_at)
    due_on = timezone.localdate() + timedelta(days=days)
    Task.objects.create(
        title=title, due_on=due_on, customer=customer, assignee=user, created_by=user
    )
