"""From a tree of rules to one condition on customers."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db.models import Q

from customers.audiences.moment import Moment
from customers.audiences.reading import read
from customers.audiences.registry import CUSTOMERS, Registry
from customers.audiences.tree import Broken, Group, Node, Rule
from customers.models import Audience, Customer
from customers.models.customer import CustomerQuerySet

NOBODY = Q(pk__in=[])


def condition(
    node: Node, moment: Moment, *, reversed_: bool = False, registry: Registry = CUSTOMERS
) -> Q:
    """The condition that a tree makes, of fields of the registry.

    A broken rule is met by nobody, and does not widen an audience where it stands under a
    "not" either: there (`reversed_`) it is met by all before it is reversed.
    """
    if isinstance(node, Broken):
        return ~NOBODY if reversed_ else NOBODY
    if isinstance(node, Rule):
        return _rule(node, moment, reversed_, registry)
    inside = reversed_ != node.negated
    parts = [condition(one, moment, reversed_=inside, registry=registry) for one in node.nodes]
    together = reduce(and_ if node.match == "all" else or_, parts)
    return ~together if node.negated else together


def _rule(rule: Rule, moment: Moment, reversed_: bool, registry: Registry) -> Q:
    field = registry.fields()[rule.field]
    operator = field.operators[rule.operator]
    if rule.within:
        inside = Group("any", rule.within, negated=operator.is_reverse)
        return condition(inside, moment, reversed_=reversed_)
    if field.related:
        found = field.of_rows(rule.values, rule.modifiers, moment)
        return ~found if operator.is_reverse else found
    return operator.condition(field, rule.values, moment)


def members(audience: Audience) -> CustomerQuerySet:
    """The customers of an audience; narrow them by `visible_to`."""
    return Customer.objects.filter(condition_of(audience))


def condition_of(audience: Audience) -> Q:
    """The condition on customers that an audience makes now."""
    return condition(read(audience.rules, of=audience.pk).root, Moment())
