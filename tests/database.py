"""What a test asks of the database itself."""

from django.db import connection


def analyse(*kinds):
    """Tell the planner of rows made in bulk: a vacuum would do so only after they are committed."""
    tables = ", ".join(kind._meta.db_table for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
