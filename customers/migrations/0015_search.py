"""Words of Han characters are found within longer runs; messages are searched; mistyped words."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models

import customers.models.search
from customers.models.search import SearchedText


def searched(*parts):
    return models.GeneratedField(
        expression=SearchVector(*parts, config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )


def anew(model, field):
    """A generated column cannot be changed: it goes with its index, and both come back."""
    index = GinIndex(fields=["search"], name=f"{model}_search")
    return [
        migrations.RemoveIndex(model, f"{model}_search"),
        migrations.RemoveField(model, "search"),
        migrations.AddField(model, "search", field),
        migrations.AddIndex(model, index),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0014_journal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *anew(
            "customer",
            searched(
                SearchedText("name"), "email", "phone", SearchedText("company"), "external_id"
            ),
        ),
        *anew("ticket", searched(SearchedText("subject"), "external_id")),
        *anew(
            "product",
            searched(
                SearchedText("name"),
                "sku",
                SearchedText("brand"),
                SearchedText("category"),
                "external_id",
            ),
        ),
        migrations.CreateModel(
            name="MeaningSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="text")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="at"),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("found", models.JSONField(default=list, verbose_name="found")),
            ],
            options={
                "verbose_name": "search by meaning",
                "verbose_name_plural": "searches by meaning",
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(
                        max_length=60, primary_key=True, serialize=False, verbose_name="word"
                    ),
                ),
                ("row_count", models.PositiveIntegerField(verbose_name="records")),
                (
                    "deletes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        size=None,
                        verbose_name="without a character",
                    ),
                ),
            ],
            options={
                "verbose_name": "word of the search",
                "verbose_name_plural": "words of the search",
            },
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    customers.models.search.SearchedText("body"), config="simple"
                ),
                name="message_search",
            ),
        ),
        migrations.AddField(
            model_name="meaningsearch",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddIndex(
            model_name="searchword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["deletes"], name="searchword_deletes"
            ),
        ),
        migrations.AddIndex(
            model_name="meaningsearch",
            index=models.Index(fields=["created_at"], name="meaningsearch_by_created"),
        ),
    ]
