"""Django admin over every record: one module a noun, and what their pages share.

`site` names the site; `base` holds what all pages have in common, `search` how rows are
found, `filters`, `actions`, `csv_export` and `results` what stands on them.
"""

from customers.admin import (
    articles,
    assist,
    audiences,
    automation,
    customers,
    duplicates,
    generators,
    imports,
    insight,
    journal,
    learning,
    measures,
    orders,
    products,
    questions,
    radar,
    recommendations,
    reviews,
    site,
    taxonomies,
    teams,
    tickets,
    topics,
    users,
)

__all__ = [
    "articles",
    "assist",
    "audiences",
    "automation",
    "customers",
    "duplicates",
    "generators",
    "imports",
    "insight",
    "journal",
    "learning",
    "measures",
    "orders",
    "products",
    "questions",
    "radar",
    "recommendations",
    "reviews",
    "site",
    "taxonomies",
    "teams",
    "tickets",
    "topics",
    "users",
]
