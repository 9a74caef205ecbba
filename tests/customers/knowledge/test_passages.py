"""Passages follow their sources, in the transaction that changed them."""

from datetime import date

import pytest
from django.db import transaction

from customers.models import Article, Message, Passage, Product, Ticket
from tests.factories import (
    ArticleFactory,
    MessageFactory,
    ProductFactory,
    TicketFactory,
)

pytestmark = pytest.mark.django_db
REPLY = "Please hold the button for ten seconds and the lamp starts again."


def bodies(**of):
    return list(Passage.objects.filter(**of).order_by("position").values_list("body", flat=True))


def solved_ticket(**columns):
    ticket = TicketFactory(subject="Lamp is dark", body="My lamp stays dark.", **columns)
    MessageFactory(ticket=ticket, author_kind="agent", body=REPLY)
    ticket.set_status("solved")
    return ticket


def test_an_article_is_cut_by_its_headings():
    article = ArticleFactory(
        title="Returns", body="# Returns\nSend it back.\n\n## How long\nYou have 30 days."
    )
    rows = Passage.objects.filter(article=article)
    assert list(rows.values_list("heading", "body")) == [
        ("Returns", "Send it back."),
        ("Returns › How long", "You have 30 days."),
    ]


def test_only_what_changed_is_written_and_read_again():
    article = ArticleFactory(title="Returns", body="# A\nFirst.\n\n# B\nSecond.")
    Passage.objects.update(analysed_at="2026-01-01T00:00Z")
    before = list(Passage.objects.values_list("pk", flat=True))
    article.body = "# A\nFirst.\n\n# B\nSecond, changed."
    article.save()
    assert list(Passage.objects.values_list("pk", flat=True)) == before
    assert [p.body for p in Passage.objects.pending()] == ["Second, changed."]


def test_new_passages_ring_the_doorbell(django_capture_on_commit_callbacks):
    from customers.signals import analysis_requested

    rung = []

    def note(sender, pks, **_):
        rung.append((sender, pks))

    analysis_requested.connect(note)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            article = ArticleFactory(body="You have 30 days.")
    finally:
        analysis_requested.disconnect(note)
    assert (Passage, [article.passages.get().pk]) in rung


@pytest.mark.parametrize("change", [{"status": "draft"}, {"body": ""}])
def test_an_article_that_is_taken_back_has_no_passages(change):
    article = ArticleFactory(body="You have 30 days.")
    for name, value in change.items():
        setattr(article, name, value)
    article.save()
    assert not bodies(article=article)


def test_a_change_of_who_may_read_reaches_the_passages_without_a_new_reading():
    article = ArticleFactory(body="You have 30 days.")
    Passage.objects.update(analysed_at="2026-01-01T00:00Z")
    Article.objects.filter(pk=article.pk).update(visibility="staff", expires_on=date(2026, 5, 1))
    passage = article.passages.get()
    assert (passage.visibility, passage.expires_on) == ("staff", date(2026, 5, 1))
    assert not passage.is_pending


def test_passages_go_with_their_source():
    ArticleFactory(body="You have 30 days.").delete()
    ProductFactory(description="A lamp of oak.").delete()
    solved_ticket().delete()
    assert not Passage.objects.exists()


def test_a_rolled_back_change_leaves_the_passages():
    article = ArticleFactory(body="You have 30 days.")
    with transaction.atomic():
        article.body = "You have 14 days."
        article.save()
        transaction.set_rollback(True)
    assert bodies(article=article) == ["You have 30 days."]


def test_a_product_is_read_without_price_and_stock():
    product = ProductFactory(
        name="Oak lamp", brand="Holm", category="Lighting", description="Made of oak.", stock=7
    )
    passage = product.passages.get()
    assert (passage.heading, passage.body) == ("Oak lamp", "Holm, Lighting\nMade of oak.")
    assert passage.visibility == "public"


def test_a_product_without_a_description_or_off_sale_has_none():
    product = ProductFactory(description="")
    assert not bodies(product=product)
    Product.objects.filter(pk=product.pk).update(description="Made of oak.")
    assert bodies(product=product)
    product.refresh_from_db()
    product.is_active = False
    product.save()
    assert not bodies(product=product)


def test_bulk_writes_are_followed_too():
    made = Product.objects.bulk_create([Product(name="Lamp", description="Made of oak.")])
    assert bodies(product=made[0]) == ["Made of oak."]
    made[0].description = "Made of ash."
    Product.objects.bulk_update(made, ["description"])
    assert bodies(product=made[0]) == ["Made of ash."]


def test_a_solved_ticket_is_for_staff_alone():
    passage = solved_ticket().passages.get()
    assert passage.body == f"My lamp stays dark.\n{REPLY}"
    assert passage.visibility == "staff"
    assert not Passage.objects.readable(by_staff=False, on=date(2026, 3, 2)).exists()


def test_the_last_useful_reply_answers():
    ticket = solved_ticket()
    MessageFactory(ticket=ticket, author_kind="agent", body="You are welcome!")
    assert bodies(ticket=ticket) == [f"My lamp stays dark.\n{REPLY}"]


def test_a_ticket_that_reopens_loses_its_passages():
    ticket = solved_ticket()
    ticket.add_message("It is dark again.", author_kind="customer")
    assert not bodies(ticket=ticket)


def test_a_reply_that_is_changed_or_deleted_is_followed():
    ticket = solved_ticket()
    reply = Message.objects.get(author_kind="agent")
    reply.body = "Please send the lamp back to us and we send you a new one."
    reply.save()
    assert "new one" in bodies(ticket=ticket)[0]
    reply.delete()
    assert not bodies(ticket=ticket)


def test_an_open_ticket_has_none():
    ticket = TicketFactory()
    MessageFactory(ticket=ticket, author_kind="agent", body=REPLY)
    assert not bodies(ticket=ticket)
    Ticket.objects.filter(pk=ticket.pk).update(status="closed")
    assert bodies(ticket=ticket)


def test_the_language_of_a_product_is_told_by_its_script():
    product = ProductFactory(name="橡木灯", description="这盏灯由橡木制成。")
    assert product.passages.get().language == "zh"


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_statements_does_not_depend_on_rows(rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        Product.objects.bulk_create(
            [Product(name=f"Lamp {n}", description="Made of oak.") for n in range(rows)]
        )
