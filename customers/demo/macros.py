"""The macros that the demo shop comes with: content/macros.toml."""

from __future__ import annotations

from customers.demo.content import content
from customers.models import Macro


def write_macros() -> None:
    """Make those macros whose name is free."""
    taken = set(Macro.objects.values_list("name", flat=True))
    Macro.objects.bulk_create(
        Macro(
            name=row["name"],
            category=row["category"],
            language=row["language"],
            body=row["body"].strip(),
            sets_status=row.get("sets_status", ""),
            adds_tags=row.get("adds_tags", []),
        )
        for row in content("macros")["macros"]
        if row["name"] not in taken
    )
