"""How an invitation reaches the customer."""

from __future__ import annotations

from django.core.mail import send_mail

from customers.models import SatisfactionRating


def deliver(rating: SatisfactionRating, subject: str, body: str) -> None:
    """Mail it to the customer of the ticket. Raises OSError or SMTPException where the mail
    server does not take it.
    """
    customer = rating.ticket.customer
    if customer is not None and customer.email:
        send_mail(subject, body, None, [customer.email])
