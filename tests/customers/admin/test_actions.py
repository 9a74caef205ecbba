"""What can be done to chosen rows: have them read again, delete a few."""

import pytest

from customers.admin import actions
from customers.models import Message, Product, Review, Ticket
from tests.customers.admin.rows import (
    FELT,
    address,
    changed,
    make_customer,
    make_message,
    make_review,
    make_ticket,
)
from tests.factories import OrderFactory, ProductFactory, TicketFactory


def choose(client, rows, action, **more):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(address(rows[0], "changelist"), data, follow=True)


def make_product():
    return changed(ProductFactory(), analysed_at="2026-03-02T12:00Z")


@pytest.mark.parametrize("make", [make_customer, make_product, make_message, make_review])
def test_analyse_again_makes_the_chosen_rows_pending(admin, make):
    chosen, other = make(), make()
    changed(chosen, attempts=3, analysis_error="too long")
    answer = choose(admin, [chosen], "analyse_again")
    assert "1 row will be read again." in answer.content.decode()
    chosen.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.is_pending, chosen.attempts, chosen.analysis_error) == (True, 0, "")
    assert not other.is_pending


def test_analyse_again_on_a_ticket_reads_its_customers_messages(admin):
    ticket, other = make_ticket(), make_ticket()
    ticket.add_message("We look into it.", author_kind="agent")
    Message.objects.update(**FELT)
    choose(admin, [ticket], "analyse_again")
    assert Message.objects.pending().get().ticket == ticket
    assert not other.messages.pending().exists()


def test_analyse_again_reaches_all_pages_of_the_list(admin):
    for _ in range(3):
        make_review()
    first = Review.objects.first()
    choose(admin, [first], "analyse_again", select_across="1")
    assert Review.objects.pending().count() == 3


def test_a_few_rows_are_deleted_after_a_question(admin):
    chosen, kept = TicketFactory(), TicketFactory()
    choose(admin, [chosen], "delete_selected")
    assert Ticket.objects.count() == 2
    choose(admin, [chosen], "delete_selected", post="yes")
    assert Ticket.objects.get() == kept


def test_many_rows_are_not_deleted_at_once(admin, monkeypatch):
    monkeypatch.setattr(actions, "MOST_DELETED", 2)
    tickets = [TicketFactory() for _ in range(3)]
    answer = choose(admin, tickets, "delete_selected", post="yes")
    assert "At most 2 rows can be deleted at once; choose fewer." in answer.content.decode()
    assert Ticket.objects.count() == 3


def test_a_product_that_was_ordered_is_not_deleted(admin):
    product = OrderFactory().lines.get().product
    assert admin.post(address(product, "delete"), {"post": "yes"}).status_code == 403
    choose(admin, [product], "delete_selected", post="yes")
    assert Product.objects.filter(pk=product.pk).exists()


def test_what_machines_wrote_about_a_row_goes_with_it(admin):
    from_other = make_customer()
    customer = make_customer()
    for owner in (customer, from_other):
        owner.recommendations.create(
            product=ProductFactory(), rank=1, score=0.5, method="popularity"
        )
    answer = admin.post(address(customer, "delete"), {"post": "yes"})
    assert answer.status_code == 302
    assert not type(customer).objects.filter(pk=customer.pk).exists()
    assert from_other.recommendations.count() == 1


def test_a_deleted_review_leaves_the_products_sums_right(admin):
    product = make_product()
    gone, kept = make_review(product=product, rating=1), make_review(product=product, rating=5)
    changed(kept, sentiment_score=0.5)
    admin.post(address(gone, "delete"), {"post": "yes"})
    product.refresh_from_db()
    assert (product.review_count, product.rating_average) == (1, 5.0)
    assert product.sentiment_score == 0.5


def test_after_a_deleted_message_the_rest_is_read_again(admin):
    ticket = make_ticket()
    gone = make_message(ticket=ticket)
    Message.objects.update(**FELT)
    admin.post(address(gone, "delete"), {"post": "yes"})
    assert ticket.messages.get().is_pending
