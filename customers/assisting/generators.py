"""Whether a generator is switched on for a feature, as the screens ask."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def generator_on(feature: str) -> str:
    """The name of the generator that is on for a feature (reply, summary); "" for none."""
    try:
        model: Any = apps.get_model("customers", "Generator")
    except LookupError:  # a product without generators
        return ""
    chosen = model.objects.on_for(feature)
    return str(chosen) if chosen else ""
