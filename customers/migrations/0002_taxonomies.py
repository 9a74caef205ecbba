"""The intents, segments, aspects and roles that a new shop starts with."""

from django.db import migrations

from customers.taxonomies import ASPECTS, INTENTS, SEGMENTS

ROLES = ("agent", "manager", "admin", "partner")


def add_taxonomies(apps, schema_editor):
    for name, rows in (("Intent", INTENTS), ("Segment", SEGMENTS)):
        model = apps.get_model("customers", name)
        model.objects.bulk_create(
            [
                model(slug=slug, name=label, description=description, position=position)
                for position, (slug, label, description) in enumerate(rows)
            ],
            ignore_conflicts=True,
        )
    aspect = apps.get_model("customers", "Aspect")
    aspect.objects.bulk_create(
        [
            aspect(
                slug=slug,
                name=name,
                description=description,
                keywords=keywords.split(", "),
                position=position,
            )
            for position, (slug, name, description, keywords) in enumerate(ASPECTS)
        ],
        ignore_conflicts=True,
    )
    group = apps.get_model("auth", "Group")
    group.objects.bulk_create([group(name=role) for role in ROLES], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [migrations.RunPython(add_taxonomies, migrations.RunPython.noop)]
