"""Model versions, trainings, corrections and error budgets."""

import factory
from factory.django import DjangoModelFactory

from customers import models
from tests.factories.noon import NOON
from tests.factories.tickets import TicketFactory


class ModelVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.ModelVersion

    task = "intent"
    name = factory.Sequence("intent-{}".format)
    sha256 = factory.Sequence("{:064x}".format)
    card = factory.LazyAttribute(
        lambda version: {
            "name": version.name,
            "task": version.task,
            "description": "what a ticket is about",
            "labels": ["get_refund", "track_order"],
            "languages": ["en"],
            "licence": "Apache-2.0",
            "threshold": 0.4,
            "training_data": [{"name": "sentences", "licence": "CC0", "rows": 600}],
            "metrics": {"tickets": {"n": 40, "accuracy": 0.9, "macro_f1": 0.88, "ece": 0.03}},
        }
    )


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = models.Training

    task = "intent"


class PromotionFactory(DjangoModelFactory):
    class Meta:
        model = models.Promotion

    model = factory.SubFactory(ModelVersionFactory)


class CorrectionFactory(DjangoModelFactory):
    class Meta:
        model = models.Correction

    task = "intent"
    ticket = factory.SubFactory(TicketFactory)
    label = "get_refund"
    said_at = NOON


class ErrorBudgetFactory(DjangoModelFactory):
    """A budget that is in force for the version of `model_version`."""

    class Meta:
        model = models.ErrorBudget
        django_get_or_create = ("task",)

    task = "intent"
    is_on = True
    set_at = NOON
    derived_at = NOON
    threshold = 0.7
    share = 0.6
    expected_error = 0.01
    error_bound = 0.03
    rows = 400
    own_rows = 300
    more_rows = 0
    model_version = "ab" * 32
    curve = [{"threshold": 0.7, "share": 0.6, "error": 0.01, "bound": 0.03}]


class AutomaticLabelFactory(DjangoModelFactory):
    """A label that stands in the log alone; `AutomaticLabel.objects.put` sets it on a ticket."""

    class Meta:
        model = models.AutomaticLabel

    ticket = factory.SubFactory(TicketFactory)
    task = "intent"
    label = "get_refund"
    probability = 0.97
    threshold = 0.7
    model_version = "ab" * 32
    set_at = NOON
