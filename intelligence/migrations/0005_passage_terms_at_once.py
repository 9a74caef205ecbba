"""New terms of passages go into the index at once: up to 4 MB that waited to be sorted in were
read through by every question (7.5 ms of a search among 100,000 passages, against 0.3).
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

NAME = "passagereading_numbers"


class Migration(migrations.Migration):
    dependencies = [("intelligence", "0004_retrieve")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER INDEX {NAME} SET (fastupdate = off)",
                    f"ALTER INDEX {NAME} RESET (fastupdate)",
                ),
                migrations.RunSQL(
                    f"SELECT gin_clean_pending_list('{NAME}')", migrations.RunSQL.noop
                ),
            ],
            state_operations=[
                migrations.RemoveIndex("passagereading", NAME),
                migrations.AddIndex(
                    "passagereading", GinIndex(fields=["numbers"], name=NAME, fastupdate=False)
                ),
            ],
        )
    ]
