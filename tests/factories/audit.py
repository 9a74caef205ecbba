"""The audit."""

from factory.django import DjangoModelFactory

from customers import models


class AuditEntryFactory(DjangoModelFactory):
    """Somebody without a name saw a customer."""

    class Meta:
        model = models.AuditEntry

    action = "seen"
    via = "screen"
    kind = "customer"
    pks = [1]
    row_count = 1
    fields = "profile"
    route = "customer"
