"""Whether a generator is switched on for a feature, as the screens ask."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def generator_on(feature: str) -> str:
    """The name of the generator that is on for a feature (reply, summary); "" for none."""
    try:
        model = part()
    except LookupError:  # a product without generators
        return ""
    chosen = model.objects.in_force(feature)
    return str(chosen.generator) if chosen else ""


def part() -> Any:
    """The switches of generators. Raises LookupError where there are none."""
    return apps.get_model("customers.GeneratorUse")
