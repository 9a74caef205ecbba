"""The ledger by the API."""

import pytest

from intelligence.models import Prediction
from tests.factories import CustomerFactory, ModelVersionFactory
from tests.partners import calling

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/predictions/"


def predicted(customer):
    return Prediction.objects.create(
        kind="customer",
        object_id=customer.pk,
        task="segment",
        model_version=ModelVersionFactory(),
        input_sha256="ab" * 32,
        output={"label": "loyal", "probability": 0.8},
    )


def test_what_was_predicted_of_a_record_is_told_with_model_and_input():
    customer = CustomerFactory()
    entry = predicted(customer)
    told = calling().get(ADDRESS, {"kind": "customer", "record": customer.pk}).json()["results"]
    assert [one["id"] for one in told] == [entry.pk]
    assert told[0]["model_version"] == entry.model_version.sha256
    assert told[0]["output"] == {"label": "loyal", "probability": 0.8}


def test_of_a_record_of_another_source_nothing_is_told():
    customer = CustomerFactory(source="other", external_id="1")
    predicted(customer)
    asked = {"kind": "customer", "record": customer.pk}
    assert calling(source="mine").get(ADDRESS, asked).status_code == 404


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "x", "record": 1}, {"kind": "ticket", "record": "x"}]
)
def test_nonsense_is_refused(asked):
    assert calling().get(ADDRESS, asked).status_code == 400
