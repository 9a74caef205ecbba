"""Forms of a ticket's page as a browser sends them: with what was shown."""

from customers.models import Message, Ticket


def change(client, ticket, **columns):
    version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
    return client.post(f"/tickets/{ticket.pk}/change/", {"version": version, **columns})


def shown(ticket):
    """The hidden fields of the composer."""
    latest = Message.objects.filter(ticket=ticket).order_by("-pk").first()
    version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
    return {"seen": latest.pk if latest else 0, "version": version}


def reply(client, ticket, body, **more):
    sent = {"body": body, **shown(ticket), **more}
    return client.post(f"/tickets/{ticket.pk}/reply/", sent)
