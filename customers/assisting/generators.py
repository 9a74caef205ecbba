"""Whether a generator is switched on for a feature, as the screens ask."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def generator_on(feature: str) -> str:
    """The name of the generator that is on for a feature (reply, summary); "" for none."""
    switches: Any = apps.all_models["customers"].get("generatoruse")
    chosen = switches.objects.in_force(feature) if switches else None  # else: no such part
    return str(chosen.generator) if chosen else ""
