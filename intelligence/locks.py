"""Locks of the whole shop, as `customers.locks` gives them."""

from customers.locks import held, held_until_commit

__all__ = ["held", "held_until_commit"]
