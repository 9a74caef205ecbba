"""Queues read indexes over open tickets, however many solved ones there are."""

import pytest
from django.db import connection

from customers.desk import queues
from customers.models import Intent, Team, Ticket
from customers.sql import rows_of
from tests.factories import UserFactory

SOLVED = 20_000
FILL = """
INSERT INTO customers_ticket (
    source, external_id, subject, status, priority, channel, kind, tags, version, opened_at,
    last_message_at, created_at, updated_at, intent_set_automatically, intent_detail,
    priority_set_automatically, suggested_priority, priority_detail, sentiment, noted,
    assignee_id, team_id, intent_id, sentiment_score, sentiment_trend, custom
)
SELECT '', '', 'Ticket ' || n, CASE WHEN n % 20 = 0 THEN 'open' ELSE 'solved' END, 'normal',
    'email', 'question', '{}', 1, now(), now() - n * interval '1 minute', now(), now(), false,
    '{}', false, '', '{}', 'negative', '{}', %(user)s, %(team)s, 'complaint',
    -(n %% 10) / 10.0, -(n %% 9) / 10.0, '{}'
FROM generate_series(1, %(rows)s) AS n
"""


@pytest.mark.django_db
def test_no_queue_reads_all_tickets_neither_to_list_nor_to_count():
    user, team = UserFactory(), Team.objects.create(name="Returns")
    with connection.cursor() as cursor:
        fill = FILL.replace("n % 20", "n %% 20")
        cursor.execute(fill, {"user": user.pk, "team": team.pk, "rows": SOLVED})
        cursor.execute("ANALYZE customers_ticket")
    slugs = [queue.slug for queue in queues.QUEUES]
    for slug in [*slugs, f"team-{team.pk}", f"intent-{Intent.objects.get(pk='complaint').pk}"]:
        rows = queues.narrowed_to(slug, Ticket.objects.visible_to(user), user)
        for few in (rows[:50], rows.order_by()[:100]):
            statement, values = few.values("pk").query.sql_with_params()
            plan = "\n".join(line for (line,) in rows_of(f"EXPLAIN {statement}", values))
            assert "Seq Scan on customers_ticket " not in plan, (slug, plan)
