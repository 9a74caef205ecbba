"""Business hours, service levels, rules, assignment, satisfaction; when tickets were answered."""

import customers.models.business_hours
import customers.models.sla
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


FIRST_REPLIES_SQL = """
UPDATE customers_ticket AS ticket SET first_replied_at = said.first_at
FROM (
    SELECT ticket_id, min(sent_at) AS first_at FROM customers_message
    WHERE author_kind = 'agent' AND NOT is_internal
    GROUP BY ticket_id
) AS said
WHERE said.ticket_id = ticket.id AND ticket.first_replied_at IS NULL
"""
# nobody wrote down when old tickets were solved: the last that was said is the best guess
SOLVED_SQL = """
UPDATE customers_ticket SET solved_at = last_message_at
WHERE status IN ('solved', 'closed') AND solved_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0019_names"),
    ]

    operations = [
        migrations.RunSQL(FIRST_REPLIES_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(SOLVED_SQL, migrations.RunSQL.noop),
        # what the updates left to be checked is checked, or the table cannot be altered
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="AgentProfile",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="agent",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                ("is_away", models.BooleanField(default=False, verbose_name="away")),
                (
                    "most_open",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: no limit.",
                        null=True,
                        verbose_name="most open tickets",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="skilled in tickets tagged",
                    ),
                ),
                (
                    "last_assigned_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="last given a ticket"
                    ),
                ),
            ],
            options={
                "verbose_name": "agent",
                "verbose_name_plural": "agents",
                "ordering": ["user"],
            },
        ),
        migrations.CreateModel(
            name="BusinessHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=60,
                        validators=[customers.models.business_hours.known_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "week",
                    models.JSONField(
                        default=customers.models.business_hours.office_week,
                        validators=[customers.models.business_hours.seven_days],
                        verbose_name="hours of the week",
                    ),
                ),
            ],
            options={
                "verbose_name": "business hours",
                "verbose_name_plural": "business hours",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="DigestSubscription",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="digest_subscription",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                ("subscribed_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                (
                    "sent_for_on",
                    models.DateField(editable=False, null=True, verbose_name="latest week sent"),
                ),
            ],
            options={
                "verbose_name": "subscription of the digest",
                "verbose_name_plural": "subscriptions of the digest",
            },
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day_on", models.DateField(verbose_name="day")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
            ],
            options={
                "verbose_name": "holiday",
                "verbose_name_plural": "holidays",
                "ordering": ["day_on"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("due_soon", "due soon"),
                            ("breached", "late"),
                            ("rule", "rule"),
                            ("rated", "bad rating"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="text")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "seen_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="seen at"),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=1, verbose_name="position")),
                ("is_on", models.BooleanField(default=False, verbose_name="on")),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("created", "a ticket came in and was read"),
                            ("updated", "a ticket was changed"),
                            ("replied", "the customer replied"),
                            ("time", "time went by"),
                        ],
                        default="created",
                        max_length=8,
                        verbose_name="when",
                    ),
                ),
                (
                    "conditions",
                    models.JSONField(
                        default=customers.models.sla.everything, verbose_name="conditions"
                    ),
                ),
                ("actions", models.JSONField(default=list, verbose_name="actions")),
                ("stops", models.BooleanField(default=False, verbose_name="stop here")),
                (
                    "may_send",
                    models.BooleanField(
                        default=False,
                        help_text="Without it a reply is only suggested to the agent. Admins allow it.",
                        verbose_name="may send replies",
                    ),
                ),
                (
                    "applied_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="times applied"
                    ),
                ),
                (
                    "last_applied_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last applied"),
                ),
            ],
            options={
                "verbose_name": "rule",
                "verbose_name_plural": "rules",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RuleDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("created", "a ticket came in and was read"),
                            ("updated", "a ticket was changed"),
                            ("replied", "the customer replied"),
                            ("time", "time went by"),
                        ],
                        max_length=8,
                        verbose_name="when",
                    ),
                ),
                (
                    "passed_over",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        size=None,
                        verbose_name="rules passed over",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked at"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True, verbose_name="error")),
            ],
            options={
                "verbose_name": "ticket for the rules",
                "verbose_name_plural": "tickets for the rules",
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("created", "a ticket came in and was read"),
                            ("updated", "a ticket was changed"),
                            ("replied", "the customer replied"),
                            ("time", "time went by"),
                        ],
                        max_length=8,
                        verbose_name="when",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("applied", "applied"),
                            ("not_met", "conditions not met"),
                            ("capped", "too often this hour"),
                            ("failed", "failed"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("failed", models.JSONField(default=list, verbose_name="conditions not met")),
                ("detail", models.TextField(blank=True, verbose_name="detail")),
                (
                    "happened_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="at"),
                ),
            ],
            options={
                "verbose_name": "run of a rule",
                "verbose_name_plural": "log of the rules",
                "ordering": ["-happened_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SatisfactionRating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("web", "web form"),
                            ("chat", "chat"),
                            ("phone", "phone"),
                            ("api", "API"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "invited_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked at"
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("closes_at", models.DateTimeField(verbose_name="until")),
                (
                    "score",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "very bad"),
                            (2, "bad"),
                            (3, "neither good nor bad"),
                            (4, "good"),
                            (5, "very good"),
                        ],
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="rating",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("rated_at", models.DateTimeField(null=True, verbose_name="rated at")),
                (
                    "change_count",
                    models.PositiveSmallIntegerField(default=0, verbose_name="times changed"),
                ),
            ],
            options={
                "verbose_name": "satisfaction rating",
                "verbose_name_plural": "satisfaction ratings",
                "ordering": ["-rated_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SatisfactionSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_on", models.BooleanField(default=False, verbose_name="ask customers")),
                (
                    "delay_hours",
                    models.PositiveIntegerField(
                        default=24, verbose_name="hours after the ticket was solved"
                    ),
                ),
                (
                    "open_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="days in which the link works",
                    ),
                ),
                (
                    "on_since_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="on since"),
                ),
            ],
            options={
                "verbose_name": "satisfaction survey",
                "verbose_name_plural": "satisfaction survey",
            },
        ),
        migrations.CreateModel(
            name="SlaPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=1, verbose_name="position")),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "conditions",
                    models.JSONField(
                        default=customers.models.sla.everything, verbose_name="conditions"
                    ),
                ),
                (
                    "first_response_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="minutes to the first reply",
                    ),
                ),
                (
                    "resolution_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="minutes to the solution",
                    ),
                ),
                (
                    "warning_minutes",
                    models.PositiveIntegerField(
                        default=30, verbose_name="warn so many minutes before"
                    ),
                ),
                (
                    "applies_from_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="Older tickets have no clock, so that they are not all late at once.",
                        verbose_name="for tickets opened since",
                    ),
                ),
            ],
            options={
                "verbose_name": "service level",
                "verbose_name_plural": "service levels",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TicketSla",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sla",
                        serialize=False,
                        to="customers.ticket",
                        verbose_name="ticket",
                    ),
                ),
                (
                    "first_response_due_at",
                    models.DateTimeField(null=True, verbose_name="first reply due"),
                ),
                ("first_responded_at", models.DateTimeField(null=True, verbose_name="first reply")),
                (
                    "first_response_breached",
                    models.BooleanField(default=False, verbose_name="first reply late"),
                ),
                ("resolution_due_at", models.DateTimeField(null=True, verbose_name="solution due")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="solved at")),
                (
                    "resolution_breached",
                    models.BooleanField(default=False, verbose_name="solution late"),
                ),
                ("paused_at", models.DateTimeField(null=True, verbose_name="waiting since")),
                ("paused_minutes", models.FloatField(default=0, verbose_name="minutes of waiting")),
                ("next_due_at", models.DateTimeField(null=True, verbose_name="next due")),
                ("warn_at", models.DateTimeField(null=True, verbose_name="warn at")),
                ("warned_at", models.DateTimeField(null=True, verbose_name="warned at")),
            ],
            options={
                "verbose_name": "clock of a ticket",
                "verbose_name_plural": "clocks of tickets",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="first_reply_minutes",
            field=models.FloatField(
                editable=False, null=True, verbose_name="minutes to the first reply"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="solve_minutes",
            field=models.FloatField(
                editable=False, null=True, verbose_name="minutes to the solution"
            ),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="content_id",
            field=models.CharField(blank=True, max_length=255, verbose_name="content id"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("solved_at__isnull", False)),
                fields=["solved_at"],
                name="ticket_by_solved",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("first_replied_at__isnull", False)),
                fields=["first_replied_at"],
                name="ticket_by_first_reply",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("first_replied_at__isnull", False), ("first_reply_minutes__isnull", True)
                    ),
                    models.Q(("solve_minutes__isnull", True), ("solved_at__isnull", False)),
                    _connector="OR",
                ),
                fields=["id"],
                name="ticket_to_measure",
            ),
        ),
        migrations.AddField(
            model_name="agentprofile",
            name="intents",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="customers.intent", verbose_name="skilled in"
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="hours",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holidays",
                to="customers.businesshours",
                verbose_name="business hours",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="customers.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="ruledue",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="customers.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.journalentry",
                verbose_name="what was done",
            ),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="customers.rule",
                verbose_name="rule",
            ),
        ),
        migrations.AddField(
            model_name="rulerun",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rule_runs",
                to="customers.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddField(
            model_name="satisfactionrating",
            name="agent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="agent",
            ),
        ),
        migrations.AddField(
            model_name="satisfactionrating",
            name="intent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.intent",
                verbose_name="intent",
            ),
        ),
        migrations.AddField(
            model_name="satisfactionrating",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.team",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="satisfactionrating",
            name="ticket",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rating",
                to="customers.ticket",
                verbose_name="ticket",
            ),
        ),
        migrations.AddField(
            model_name="satisfactionrating",
            name="topic",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.topic",
                verbose_name="topic",
            ),
        ),
        migrations.AddField(
            model_name="slapolicy",
            name="hours",
            field=models.ForeignKey(
                blank=True,
                help_text="Without them every minute counts.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="customers.businesshours",
                verbose_name="business hours",
            ),
        ),
        migrations.AddField(
            model_name="ticketsla",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="clocks",
                to="customers.slapolicy",
                verbose_name="service level",
            ),
        ),
        migrations.AddConstraint(
            model_name="holiday",
            constraint=models.UniqueConstraint(fields=("hours", "day_on"), name="holiday_once"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("seen_at__isnull", True)),
                fields=["user", "-created_at"],
                name="notice_unseen",
            ),
        ),
        migrations.AddIndex(
            model_name="ruledue",
            index=models.Index(fields=["asked_at", "id"], name="ruledue_by_asked"),
        ),
        migrations.AddConstraint(
            model_name="ruledue",
            constraint=models.UniqueConstraint(fields=("ticket", "trigger"), name="ruledue_once"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["-happened_at", "-id"], name="rulerun_by_at"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["rule", "-happened_at", "-id"], name="rulerun_by_rule"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["ticket", "-happened_at"], name="rulerun_by_ticket"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(
                condition=models.Q(("outcome", "applied")),
                fields=["rule", "ticket", "-happened_at"],
                name="rulerun_applied",
            ),
        ),
        migrations.AddIndex(
            model_name="satisfactionrating",
            index=models.Index(
                condition=models.Q(("score__isnull", False)),
                fields=["-rated_at", "-id"],
                name="rating_by_at",
            ),
        ),
        migrations.AddIndex(
            model_name="satisfactionrating",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)),
                fields=["invited_at"],
                name="rating_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketsla",
            index=models.Index(
                condition=models.Q(("next_due_at__isnull", False)),
                fields=["next_due_at", "ticket"],
                name="sla_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketsla",
            index=models.Index(
                condition=models.Q(("warn_at__isnull", False), ("warned_at__isnull", True)),
                fields=["warn_at"],
                name="sla_to_warn",
            ),
        ),
    ]
