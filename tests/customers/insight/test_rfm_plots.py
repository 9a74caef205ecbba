"""RFM classes, moves and cohorts as plots, where customers are measured."""

from datetime import timedelta

import pytest

from customers import models
from customers.plots.registry import PLOTS
from tests.customers.insight.shop import DAY, sell
from tests.customers.insight.test_pages import rows_of
from tests.factories import NOON, CustomerFactory

cohorts = pytest.importorskip("customers.cohorts", reason="customers are not measured here")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "customers-rfm" not in PLOTS, reason="customers.plots.rfm is not switched on"
    ),
]


def test_classes_are_counted_and_lead_to_their_customers(agent):
    for kind in ("champion", "champion", "lost"):
        customer = CustomerFactory()
        models.Customer.objects.filter(pk=customer.pk).update(rfm_class=kind)
    rows = rows_of(agent, "customers-rfm")
    assert [(row["class"], row["customers"]) for row in rows] == [("champion", "2"), ("lost", "1")]
    assert agent.get(rows[0]["url"]).context["page"].paginator.count == 2


def test_moves_of_the_period_are_counted(agent):
    customer = CustomerFactory()
    for days, before in ((0, "loyal"), (-400, "new"), (0, "")):
        models.RfmChange.objects.create(
            customer=customer,
            from_class=before,
            to_class="at_risk",
            changed_at=NOON + timedelta(days=days),
        )
    rows = rows_of(agent, "customers-moves", f"?from={DAY}&to={DAY}")
    assert [(row["from"], row["to"], row["customers"]) for row in rows] == [
        ("loyal", "at risk", "1")
    ]


def test_cohorts_tell_who_came_back(agent):
    customer = CustomerFactory()
    for days in (-70, -40, 0):
        sell(customer=customer, days=days)
    sell(customer=CustomerFactory(), days=-70)
    cohorts.refresh_cohorts()
    rows = rows_of(agent, "customers-cohorts")
    assert [(row["cohort"], row["months"], row["share"]) for row in rows] == [
        ("December 2025", "1", "0.5"),
        ("December 2025", "2", "0.0"),
    ]
