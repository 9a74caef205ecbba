import pytest

from customers.audiences.tree import rules_of
from customers.models import Rule


@pytest.fixture
def rule(db):
    """Makes a rule that is on; conditions as (field, operator, value), actions as (do, value)."""

    def made(*conditions, actions=(("add_tags", "done"),), match="all", **columns):
        rules = [
            {"field": field, "operator": operator} | ({} if value is None else {"value": value})
            for field, operator, value in conditions
        ]
        columns = {"name": f"Rule {Rule.objects.count() + 1}", "is_on": True} | columns
        return Rule.objects.create(
            conditions=rules_of(*rules, match=match),
            actions=[{"do": do, "value": str(value)} for do, value in actions],
            **columns,
        )

    return made
