"""Imports are looked into, checked, resumed and reverted; pairs of duplicates."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0020_service"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.FloatField(verbose_name="probability")),
                ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("merged", "merged"),
                            ("apart", "not a duplicate"),
                        ],
                        default="open",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="decided at"),
                ),
                (
                    "found_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="found at"
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of duplicates",
                "verbose_name_plural": "pairs of duplicates",
                "ordering": ["-score", "id"],
            },
        ),
        migrations.CreateModel(
            name="DuplicateScan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "row_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="customers read"
                    ),
                ),
                (
                    "rows_total",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="customers"
                    ),
                ),
                (
                    "pair_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="pairs compared"
                    ),
                ),
                (
                    "found_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="pairs found"
                    ),
                ),
                ("skipped", models.JSONField(default=dict, editable=False, verbose_name="skipped")),
                ("weights", models.JSONField(default=dict, editable=False, verbose_name="weights")),
                ("error", models.TextField(blank=True, editable=False, verbose_name="error")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "finished_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="finished at"),
                ),
                (
                    "cancel_requested_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="cancel asked for"
                    ),
                ),
            ],
            options={
                "verbose_name": "search for duplicates",
                "verbose_name_plural": "searches for duplicates",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("format", models.CharField(max_length=40, verbose_name="format")),
                ("mapping", models.JSONField(default=dict, verbose_name="mapping")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="saved at")),
            ],
            options={
                "verbose_name": "mapping of columns",
                "verbose_name_plural": "mappings of columns",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="MergedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.SlugField(max_length=40, verbose_name="source")),
                ("external_id", models.CharField(max_length=120, verbose_name="external id")),
            ],
            options={
                "verbose_name": "key of a merged customer",
                "verbose_name_plural": "keys of merged customers",
            },
        ),
        migrations.CreateModel(
            name="RefusedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="row")),
                ("column", models.CharField(blank=True, max_length=200, verbose_name="column")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("cells", models.JSONField(default=dict, verbose_name="cells")),
            ],
            options={
                "verbose_name": "refused row",
                "verbose_name_plural": "refused rows",
                "ordering": ["shop_import", "number"],
            },
        ),
        migrations.RemoveField(
            model_name="import",
            name="rejects_file",
        ),
        migrations.AddField(
            model_name="import",
            name="cancel_requested_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="cancel asked for"),
        ),
        migrations.AddField(
            model_name="import",
            name="check_result",
            field=models.JSONField(default=dict, editable=False, verbose_name="check"),
        ),
        migrations.AddField(
            model_name="import",
            name="checked_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="checked at"),
        ),
        migrations.AddField(
            model_name="import",
            name="clears_empty",
            field=models.BooleanField(
                default=False,
                help_text="Otherwise an empty cell leaves the record as it is.",
                verbose_name="empty cells clear what is there",
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="columns",
            field=models.JSONField(default=list, editable=False, verbose_name="columns"),
        ),
        migrations.AddField(
            model_name="import",
            name="dialect",
            field=models.JSONField(default=dict, editable=False, verbose_name="how it is written"),
        ),
        migrations.AddField(
            model_name="import",
            name="entry",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="shop_import",
                to="customers.journalentry",
                verbose_name="journal entry",
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="mapping",
            field=models.JSONField(blank=True, default=dict, verbose_name="mapping"),
        ),
        migrations.AddField(
            model_name="import",
            name="match_by",
            field=models.CharField(blank=True, max_length=20, verbose_name="find records by"),
        ),
        migrations.AddField(
            model_name="import",
            name="sample",
            field=models.JSONField(default=list, editable=False, verbose_name="first rows"),
        ),
        migrations.AddField(
            model_name="import",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="tries"),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="content_id",
            field=models.CharField(blank=True, max_length=255, verbose_name="content id"),
        ),
        migrations.AlterField(
            model_name="import",
            name="format",
            field=models.CharField(blank=True, max_length=40, verbose_name="format"),
        ),
        migrations.AlterField(
            model_name="import",
            name="source",
            field=models.SlugField(blank=True, max_length=40, verbose_name="source"),
        ),
        migrations.AlterField(
            model_name="import",
            name="status",
            field=models.CharField(
                choices=[
                    ("uploaded", "being looked into"),
                    ("ready", "to be confirmed"),
                    ("checking", "being checked"),
                    ("queued", "queued"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                ],
                default="uploaded",
                max_length=9,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("status__in", ("uploaded", "checking", "queued", "running"))),
                fields=["status"],
                name="import_for_workers",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="decided_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="entry",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.journalentry",
                verbose_name="journal entry",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="first",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="second",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="customers.customer",
                verbose_name="other customer",
            ),
        ),
        migrations.AddField(
            model_name="duplicatescan",
            name="requested_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="requested by",
            ),
        ),
        migrations.AddConstraint(
            model_name="importmapping",
            constraint=models.UniqueConstraint(fields=("format", "name"), name="mapping_of_format"),
        ),
        migrations.AddField(
            model_name="mergedkey",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="merged_keys",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="refusedrow",
            name="shop_import",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="refused_rows",
                to="customers.import",
                verbose_name="import",
            ),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["state", "-score", "id"], name="duplicate_pair_by_state"),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="duplicate_pair_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first__lt", models.F("second")),
                    ("first__isnull", True),
                    ("second__isnull", True),
                    _connector="OR",
                ),
                name="duplicate_pair_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergedkey",
            constraint=models.UniqueConstraint(
                fields=("source", "external_id"), name="merged_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refusedrow",
            constraint=models.UniqueConstraint(
                fields=("shop_import", "number"), name="refused_row_of_import"
            ),
        ),
    ]
