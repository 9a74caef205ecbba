"""What the staff of a large shop wrote and did, and what came in: reviews, tasks, notes, the
journal, clocks, ratings, questions, mail. As many rows as years of work leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection, models

from benchmarks.samples.rows import multiply, one_of
from customers.models import (
    Article,
    Aspect,
    AspectMention,
    AutomaticLabel,
    Company,
    Correction,
    CustomerNote,
    DuplicatePair,
    EgressRecord,
    Export,
    Import,
    InboundMail,
    JournalChange,
    JournalEntry,
    Mailbox,
    OutboundMail,
    Presence,
    Question,
    Review,
    RfmChange,
    Rule,
    RuleRun,
    SatisfactionRating,
    SavedView,
    SlaPolicy,
    StaffMention,
    Task,
    Team,
    TicketSla,
    User,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SENTIMENTS = ("very_negative", "negative", "neutral", "positive", "very_positive")
CHANNELS = ("email", "web", "chat", "phone", "api")
AGENTS, TEAMS, PRODUCTS, BUSY_EVERY = 20, 5, 2_000, 500
SHA = "repeat('0', 64)"


@dataclass(frozen=True, slots=True)
class First:
    """The lowest keys of the shop's records; the others follow one after another."""

    product: int
    buyer: int
    ticket: int
    message: int


def staff() -> tuple[list[int], list[int]]:
    """Keys of the agents, the benchmarks' own admin first, and of their teams."""
    users: list[int] = []
    for name in ("benchmark-admin", *(f"agent-{number}" for number in range(1, AGENTS))):
        user, _made = User.objects.get_or_create(username=name)
        user.groups.add(Group.objects.get(name="admin" if not users else "agent"))
        users.append(user.pk)
    teams = [Team.objects.get_or_create(name=f"Team {n}")[0].pk for n in range(1, TEAMS + 1)]
    return users, teams


def fill_workspace(first: First, tickets: int) -> None:
    """Add everything, in numbers that follow from how many tickets there are."""
    users, teams = staff()
    _reviews(first, tickets)
    _companies()
    _about_customers(first, tickets // 4, users)
    _about_tickets(first, tickets, users, teams)
    _journal(first, tickets // 2, users)
    _opinions(first, tickets // 10, users)
    _mail(first, tickets // 4)
    _jobs(users[0])
    _articles()


def _reviews(first: First, count: int) -> None:
    made = Review.objects.create(product_id=first.product, rating=4, body="Good.")
    multiply(
        made,
        count,
        product=f"{first.product} + 1 + n %% {PRODUCTS}",
        customer=_somebody(first, count),
        rating="1 + n %% 5",
        title="'It is as I hoped, no. ' || n",
        body="'It came in time and it looks as it does in the picture. I would buy it again.'",
        sentiment=one_of(SENTIMENTS, "n / 3"),
        sentiment_score="(n / 3 %% 5 - 2)::float / 2",
        language="'en'",
        written_at=f"made.written_at - ({count} - n) * interval '1 minute'",
        analysed_at="made.created_at",
        created_at="made.created_at - n * interval '20 seconds'",
    )
    mention = AspectMention.objects.create(
        review=made,
        aspect=Aspect.objects.order_by("pk")[0],
        sentence_start=0,
        sentence_end=9,
        start=0,
        end=4,
        polarity="positive",
        probability=0.9,
        score=0.5,
        model_version="made",
    )
    multiply(
        mention,
        count,
        review=f"{made.pk} + n",
        aspect=one_of(_slugs(Aspect), "n / 5"),
        polarity="(ARRAY['negative', 'neutral', 'positive'])[1 + n %% 3]",
    )
    said = {
        "review": "NULL",
        "message": f"{first.message} + n",
        "aspect": one_of(_slugs(Aspect), "n"),
    }
    multiply(mention, count // 5, **said)


def _companies() -> None:
    with connection.cursor() as cursor:  # the look-up needs the index that is away meanwhile
        cursor.execute(
            "INSERT INTO customers_company (name, domain, country, notes, source, external_id, "
            "created_at, updated_at) SELECT name, '', '', '', '', '', now(), now() FROM "
            "(SELECT DISTINCT company AS name FROM customers_customer WHERE company <> '') made "
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute(f"ANALYZE {Company._meta.db_table}")


def _about_customers(first: First, count: int, users: Sequence[int]) -> None:
    by, somebody = _one_key(users), _somebody(first, count * 4)
    hours_ago = f"({count} - n) * interval '1 hour'"
    task = Task.objects.create(title="Call them", due_on=date(2026, 3, 2), assignee_id=users[0])
    multiply(
        task,
        count,
        title="'Call them, no. ' || n",
        assignee=by,
        customer=somebody,
        ticket=f"CASE WHEN n %% 4 = 0 THEN {first.ticket} + n END",
        due_on="made.due_on + n %% 60 - 30",
        done_at="CASE WHEN n %% 10 > 0 THEN made.created_at - n * interval '1 minute' END",
        created_at=f"made.created_at - {hours_ago}",
    )
    note = CustomerNote.objects.create(customer_id=first.buyer, body="Prefers to be called.")
    pinned = "CASE WHEN n %% 50 = 0 THEN made.written_at END"
    at = f"made.written_at - {hours_ago}"
    multiply(note, count, customer=somebody, by=by, written_at=at, pinned_at=pinned)
    change = RfmChange.objects.create(customer_id=first.buyer, to_class="new", changed_at=NOON)
    multiply(change, count * 4, customer=f"{first.buyer} + n", changed_at="made.changed_at")
    pair = DuplicatePair.objects.create(
        first_id=first.buyer, second_id=first.buyer + 1, score=0.9, state="apart"
    )
    states = ("open", "open", "apart", "merged")
    multiply(
        pair,
        count // 2,
        first=f"{first.buyer} + n",
        second=f"{first.buyer} + n + 1",
        score="(n::bigint * 7919 %% 1000) / 1000.0",
        state=one_of(states, "n"),
    )


def _about_tickets(first: First, count: int, users: Sequence[int], teams: Sequence[int]) -> None:
    ticket = f"{first.ticket} + n"
    policy, _made = SlaPolicy.objects.get_or_create(
        name="Answered in a day", defaults={"first_response_minutes": 1440}
    )
    clock, _made = TicketSla.objects.get_or_create(ticket_id=first.ticket, policy=policy)
    due = f"now() + (n - {count} / 2) * interval '1 minute'"
    due = f"CASE WHEN n %% 6 = 0 THEN {due} END"
    multiply(clock, count, ticket=ticket, next_due_at=due, first_response_due_at=due)
    rating = SatisfactionRating.objects.create(
        ticket_id=first.ticket, channel="email", closes_at=NOON + timedelta(days=3650)
    )
    multiply(
        rating,
        count // 3,
        ticket=f"{first.ticket} + 3 * n",
        agent=_one_key(users),
        team=_one_key(teams),
        channel=one_of(CHANNELS, "n"),
        score="CASE WHEN n %% 3 > 0 THEN 1 + n / 3 %% 5 END",
        rated_at=f"CASE WHEN n %% 3 > 0 THEN now() - ({count} - n) * interval '3 minutes' END",
    )
    seen = Presence.objects.create(ticket_id=first.ticket, user_id=users[0], read_at=NOON)
    read_at = "made.read_at + n * interval '1 minute'"
    multiply(seen, count // 2, ticket=f"{first.ticket} + 2 * n", read_at=read_at)
    mention = StaffMention.objects.create(
        message_id=first.message, ticket_id=first.ticket, user_id=users[0]
    )
    seen_at = "CASE WHEN n %% 20 > 0 THEN now() END"
    multiply(
        mention,
        count // 20,
        message=f"{first.message} + n",
        ticket=ticket,
        user=_one_key(users),
        seen_at=seen_at,
    )
    rule, _made = Rule.objects.get_or_create(name="Refunds first", defaults={"created_by": None})
    run = RuleRun.objects.create(
        rule=rule, ticket_id=first.ticket, trigger="created", outcome="applied"
    )
    outcomes = ("applied", "not_met", "not_met", "capped", "failed")
    at = "made.happened_at - n * interval '1 minute'"
    multiply(run, count // 2, ticket=ticket, outcome=one_of(outcomes, "n"), happened_at=at)


def _journal(first: First, count: int, users: Sequence[int]) -> None:
    entry = JournalEntry.objects.create(kind="edited", by_id=users[0], row_count=1)
    at = f"made.happened_at - ({count} - n) * interval '1 minute'"
    multiply(
        entry,
        count,
        kind=one_of(("edited", "edited", "edited", "bulk_edited", "order_action"), "n"),
        by=f"(ARRAY[{_listed(users)}, NULL])[1 + n %% {len(users) + 1}]",
        happened_at=at,
    )
    change = JournalChange.objects.create(
        entry=entry,
        model="customers.customer",
        pks=[first.buyer],
        before=[{"city": "Rome"}],
        after=[{"city": "Bern"}],
    )
    who = f"CASE WHEN n %% {BUSY_EVERY} = 0 THEN {first.buyer} + 1 ELSE {first.buyer} + 2 * n END"
    multiply(change, count, entry=f"{entry.pk} + n", pks=f"ARRAY[{who}]")


def _opinions(first: First, count: int, users: Sequence[int]) -> None:
    """Questions, what staff and machines said of labels, and what left for generators."""
    ago, by = "n * interval '1 minute'", _one_key(users)
    asked = Question.objects.create(text="Where is it?", channel="portal", status="answered")
    multiply(
        asked,
        count,
        text="'Where is my parcel, no. ' || n",
        customer=_somebody(first, count * 10),
        status="(ARRAY['answered', 'answered', 'unsure', 'handed'])[1 + n %% 4]",
        channel="(ARRAY['portal', 'widget', 'staff', 'api'])[1 + n %% 4]",
        kind="(ARRAY['passage', 'fact', ''])[1 + n %% 3]",
        feedback="(ARRAY['', '', '', '', 'up', 'down'])[1 + n %% 6]",
        reviewed_at="CASE WHEN n %% 2 = 0 THEN made.created_at END",
        created_at=f"made.created_at - {ago}",
    )
    said = Correction.objects.create(task="intent", ticket_id=first.ticket, label="complaint")
    multiply(
        said,
        count,
        ticket=f"{first.ticket} + n",
        said_label="(ARRAY['complaint', 'get_refund'])[1 + n %% 2]",
        by=by,
        said_at=f"made.said_at - {ago}",
    )
    label = AutomaticLabel.objects.create(
        task="intent",
        ticket_id=first.ticket,
        label="complaint",
        probability=0.99,
        threshold=0.9,
        model_version="made",
    )
    outcomes = ("standing", "confirmed", "corrected", "undone")
    at = f"made.set_at - {ago}"
    multiply(label, count, ticket=f"{first.ticket} + n", outcome=one_of(outcomes, "n"), set_at=at)
    left = EgressRecord.objects.create(
        feature="drafts",
        generator_name="Own",
        purpose="a reply",
        method="POST",
        host="models.example.com",
        address="https://models.example.com/v1",
        body="{}",
        bytes_out=2,
    )
    ends = ("done", "done", "done", "slow", "refused")
    sent_at = f"made.sent_at - {ago}"
    multiply(left, count, outcome=one_of(ends, "n"), sent_at=sent_at)


def _mail(first: First, count: int) -> None:
    box, _made = Mailbox.objects.get_or_create(name="Shop", address="help@shop.example")
    message, ago = f"{first.message} + 1 + n", "n * interval '1 minute'"
    came = InboundMail.objects.create(
        mailbox=box, raw="mail/one.eml", sha256="0" * 64, size_bytes=900, subject="My parcel"
    )
    multiply(
        came,
        count,
        message=message,
        mail_id="'in-' || made.id || '-' || n",
        sender="'buyer' || n || '@mail.example.com'",
        status="(ARRAY['taken', 'taken', 'taken', 'set_aside', 'failed'])[1 + n %% 5]",
        received_at=f"made.received_at - {ago}",
    )
    went = OutboundMail.objects.create(
        mailbox=box,
        message_id=first.message,
        to_address="buyer@mail.example.com",
        subject="Re: My parcel",
        status="sent",
        mail_id=f"out-{first.message}",
    )
    multiply(
        went,
        count,
        message=message,
        mail_id="'out-' || made.id || '-' || n",
        status="(ARRAY['sent', 'sent', 'sent', 'sent', 'failed'])[1 + n %% 5]",
        queued_at=f"made.queued_at - {ago}",
    )


def _jobs(owner: int) -> None:
    """Imports and exports, hundreds, for people start them one by one; and two saved views."""
    came = Import.objects.create(format="customers", status="done", file_name="customers.csv")
    multiply(came, 500, created_at="made.created_at - n * interval '1 hour'")
    went = Export.objects.create(list_name="customers", columns=[], created_by_id=owner)
    at = "made.created_at - n * interval '1 hour'"
    multiply(went, 500, status="'done'", created_at=at)
    for name, query in (("Best of the loyal", "segment=loyal&sort=-spent"), ("Gone", "sort=alive")):
        SavedView.objects.get_or_create(
            list_name="customers", name=name, owner_id=owner, defaults={"query": query}
        )


def _articles() -> None:
    made = Article.objects.create(title="How returns work", body="Send it back.", status="draft")
    multiply(
        made,
        2_000,
        title="'How returns work, part ' || n",
        category=one_of(("Returns", "Delivery", "Payment", "Care"), "n"),
        language="(ARRAY['en', 'en', 'zh'])[1 + n %% 3]",
        status="(ARRAY['published', 'published', 'draft'])[1 + n %% 3]",
        visibility="(ARRAY['public', 'public', 'public', 'staff'])[1 + n %% 4]",
        expires_on="CASE WHEN n %% 9 = 0 THEN date '2026-01-01' + n %% 700 END",
    )


def _somebody(first: First, spread: int) -> str:
    """SQL for a customer; some of the rows are of the busiest one."""
    other = f"{first.buyer} + 1 + (n::bigint * 13) %% {spread}"
    return f"CASE WHEN n %% {BUSY_EVERY} = 0 THEN {first.buyer} + 1 ELSE {other} END"


def _one_key(keys: Sequence[int]) -> str:
    return f"(ARRAY[{_listed(keys)}])[1 + n %% {len(keys)}]"


def _listed(keys: Sequence[int]) -> str:
    return ", ".join(map(str, keys))


def _slugs(model: type[models.Model]) -> list[str]:
    return sorted(model._base_manager.values_list("pk", flat=True))
