"""What goes wrong with weights; each error is one line that says what to do."""

from __future__ import annotations


class WeightsError(Exception):
    """A model cannot be used as asked."""


class MissingWeightsError(WeightsError):
    """The files of a model are not where they were looked for."""


class RefusedWeightsError(WeightsError):
    """The files are there, and are damaged or made for another model."""
