"""Trainings and promotions asked for and carried out at once, as a worker does."""

from customers.models import Promotion, Training
from intelligence.serving import carry_out_promotion
from intelligence.training.jobs import carry_out_training


def trained(task, manager):
    """The training of a task, finished."""
    job = Training.objects.ask(task=task, requested_by=manager)
    carry_out_training(job.pk)
    job.refresh_from_db()
    return job


def promoted(model, manager):
    """The promotion of a version, finished."""
    job = Promotion.objects.ask(model=model, requested_by=manager)
    carry_out_promotion(job.pk)
    job.refresh_from_db()
    return job
