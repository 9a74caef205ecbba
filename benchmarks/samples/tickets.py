"""Tickets as customers write them, each a little different from the next."""

from __future__ import annotations

SUBJECTS_AND_BODIES = (
    ("Where is my parcel?", "I ordered {n} days ago and the tracking page has not moved since."),
    ("Broken on arrival", "The box was dented and {n} of the glasses are in pieces. Not happy!"),
    ("Change of address", "Please send order {n} to my office instead, I am away next week."),
    ("Refund for the kettle", "I sent it back {n} days ago. When will I get my money?"),
    ("Thank you", "The {n} lanterns are lovely, and they came a day early. Great service."),
    ("Wrong colour", "I asked for blue and got green, for all {n} cushions. Can I swap them?"),
    ("Cannot log in", "Your site says my password is wrong, I have tried {n} times now."),
    ("Charged twice", "My card shows {n} payments for the same order. Please look into this."),
    ("Cancel my order", "I would like to cancel order {n}, it has not been sent yet."),
    ("Is the teapot safe for induction?", "I have an induction hob at {n} kW. Will it work?"),
)


def ticket(number: int) -> dict[str, str]:
    """Subject and opening message of the ticket of this number."""
    subject, body = SUBJECTS_AND_BODIES[number % len(SUBJECTS_AND_BODIES)]
    return {"subject": subject, "body": body.format(n=number + 2)}
