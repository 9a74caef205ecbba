"""What a page that is looked at costs: its entry in the audit has no index of keys until it is
sealed, and a list of first orders, of tickets by what was said, is found by what it asks for.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q

ERASE_SQL = """
CREATE OR REPLACE FUNCTION customers_audit_erase(of_kind text, pk bigint, pseudonym bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    reached bigint;
BEGIN
    IF pseudonym >= 0 THEN
        RAISE EXCEPTION 'a pseudonym is negative';
    END IF;
    PERFORM set_config('rapport.audit_act', 'erase', true);
    UPDATE customers_auditentry SET pks = array_replace(pks, pk, pseudonym)
    WHERE kind = of_kind AND (
        pks @> ARRAY[pk] AND sequence IS NOT NULL OR pks @> ARRAY[pk] AND sequence IS NULL
    );
    GET DIAGNOSTICS reached = ROW_COUNT;
    PERFORM set_config('rapport.audit_act', '', true);
    RETURN reached;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0030_mcp"),
    ]

    operations = [
        migrations.RemoveIndex("auditentry", "audit_pks"),
        migrations.AddIndex(
            "auditentry",
            GinIndex(fields=["pks"], name="audit_pks", condition=Q(sequence__isnull=False)),
        ),
        # it looks through the entries as the two indexes have them; going back it still does
        migrations.RunSQL(ERASE_SQL, migrations.RunSQL.noop),
    ]
