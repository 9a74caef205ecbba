"""What shops told of a person by webhook, and what told other systems of them."""

from __future__ import annotations

from django.db.models import Q

from customers import models as records
from customers.privacy.copies import said_in
from customers.privacy.data_map import Category, Copy, Record, register, register_impersonal
from customers.privacy.person import ERASED, Person

CHUNK = 500
IDENTITY, CONTENT = Category.IDENTITY, Category.CONTENT


def forget_bodies(person: Person) -> int:
    """Bodies of webhooks that name the person are emptied; that they came stays."""
    if person.customer is None:
        return 0
    changed = 0
    for row in records.InboundWebhook.objects.only("pk", "body").iterator(CHUNK):
        if person.needles.hits(said_in(bytes(row.body))):
            told = records.InboundWebhook.objects.filter(pk=row.pk)
            changed += told.update(body=b"", error=ERASED)
    return changed


def forget_events(person: Person) -> int:
    """Events about rows of the person, with their deliveries."""
    about = Q()
    for label, keys in person.keys.items():
        if label.startswith("customers."):
            about |= Q(kind=label.rpartition(".")[2].lower(), record_id__in=keys)
    return records.DomainEvent.objects.filter(about).delete()[0] if about else 0


def forget_versions(person: Person) -> int:
    """How new the shop's data of the person was."""
    changed = 0
    for source, external_id in person.source_keys:
        rows = records.SourceVersion.objects.filter(
            kind="customer", source=source, external_id=external_id
        )
        changed += rows.delete()[0]
    return changed


register(
    Copy("customers.InboundWebhook", {"body": CONTENT, "error": CONTENT}, forget_bodies,
         ("webhook_id", "topic", "sha256")),
    Copy("customers.DomainEvent", {"external_id": IDENTITY}, forget_events,
         ("type", "kind", "source", "changed")),
    Copy("customers.SourceVersion", {"external_id": IDENTITY}, forget_versions,
         ("kind", "source", "record_keys")),
    Record("customers.ShopStatus", ("order__customer",), {}, ("said", "error")),
)  # fmt: skip
register_impersonal("settings of the shop", "customers.Connector", "customers.WebhookEndpoint")
register_impersonal("numbers of rows, and what other systems answered",
                    "customers.RecordChange", "customers.WebhookDelivery")  # fmt: skip
