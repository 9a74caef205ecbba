"""What records know of the people of a ticket: what must not be told to others."""

from __future__ import annotations

from collections.abc import Iterable

from customers.models import Message, Order, Ticket, User

MOST_ORDERS = 500


def known_of(
    ticket: Ticket, messages: Iterable[Message], agents: Iterable[User | None] = ()
) -> list[str]:
    """Names, addresses and numbers of a ticket's customer and of their orders, and the names of
    the `agents` and of those who wrote the `messages`. Names stand whole and word by word.
    """
    known = [ticket.external_id or ""]
    if customer := ticket.customer:
        known += [customer.name, *customer.name.split(), customer.company]
        known += [customer.email, customer.phone]
        numbers = Order.objects.filter(customer=customer).order_by("-placed_at")
        known += numbers.values_list("number", flat=True)[:MOST_ORDERS]
    if ticket.order:
        known.append(ticket.order.number)
    for person in (*agents, *(message.author for message in messages)):
        known += _called(person) if person else []
    return list(dict.fromkeys(one.strip() for one in known if one and one.strip()))


def _called(person: User) -> list[str]:
    """A person's names; the login where there is no other, for they may sign with it, unless
    it is a word: that of a role.
    """
    names = [person.get_full_name(), person.first_name, person.last_name]
    if not any(names) and person.username not in User.ROLES:
        names.append(person.username)
    return names
