"""Try-outs of generators: asked for on a page, carried out by a worker."""

from __future__ import annotations

from django.utils import timezone

from customers.locks import held
from customers.models import GeneratorTrial
from customers.models.generation import QUOTA_LOCKS
from intelligence.analysis.run import describe
from intelligence.engines.generators.contract import GeneratorError
from intelligence.generating.run import try_out


def carry_out_trial(pk: int) -> None:
    """Try the generator out, unless somebody does or did; whatever goes wrong is on the row."""
    # the quota's locks are of users, whose keys are positive
    with held(QUOTA_LOCKS, -pk) as mine:
        rows = GeneratorTrial.objects.pending().select_related("generator", "requested_by")
        trial = rows.filter(pk=pk).first()
        if mine and trial is not None:
            _try(trial)


def _try(trial: GeneratorTrial) -> None:
    try:
        made = try_out(trial.generator, trial.requested_by)
    except GeneratorError as error:
        _finish(trial, GeneratorTrial.Status.FAILED, error=str(error))
    except Exception as error:
        # whatever happened, the page must not show a try-out that runs for ever
        _finish(trial, GeneratorTrial.Status.FAILED, error=describe(error))
        raise
    else:
        trial.text, trial.latency_ms = made.text, made.latency_ms
        trial.tokens = made.tokens_in + made.tokens_out
        _finish(trial, GeneratorTrial.Status.DONE)


def _finish(trial: GeneratorTrial, status: str, *, error: str = "") -> None:
    trial.status, trial.error, trial.finished_at = status, error, timezone.now()
    trial.save()
