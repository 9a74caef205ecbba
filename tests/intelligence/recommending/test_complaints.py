"""What a customer complained about is not recommended, at once and in what is stored."""

import pytest

from customers.complaints import complaints_of, runs_of_words
from customers.models import Customer, Message, Order, Product, Review, Ticket
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    ReviewFactory,
    TicketFactory,
    UserFactory,
)
from tests.intelligence import shop

pytestmark = pytest.mark.django_db

CUSTOMERS, MESSAGES, REVIEWS = (KINDS[name] for name in ("customer", "message", "review"))


@pytest.fixture(autouse=True)
def lists(products):
    """Everybody has a list before somebody complains."""
    analyse_pending(CUSTOMERS)


def ada():
    return Customer.objects.get(name="kitchen 0")


def stored_for(customer):
    return set(customer.recommendations.values_list("product__name", flat=True))


def live_for(partner, customer):
    address = f"/api/v1/customers/{customer.pk}/recommendations/live/?preview=true"
    return partner.get(address).json()


def live_names(partner, customer):
    return {item["product_name"] for item in live_for(partner, customer)["items"]}


def read_all():
    for kind in (MESSAGES, REVIEWS, CUSTOMERS):
        analyse_pending(kind)


def complain(customer, subject="bad", **columns):
    ticket = TicketFactory(customer=customer, subject=subject, body="", **columns)
    MessageFactory(ticket=ticket, body="bad")
    return ticket


def test_a_complaint_that_names_a_product_removes_it_everywhere(products, partner, settings):
    settings.RECOMMENDATION_SUPPRESS_KIND = False
    assert "kitchen 0" in stored_for(ada())
    ticket = complain(ada(), "My Kitchen 0 is bad!")
    read_all()
    ticket.refresh_from_db()
    assert ticket.sentiment in ("negative", "very_negative")
    assert "kitchen 0" not in stored_for(ada()) | live_names(partner, ada())
    assert "garden 0" in stored_for(ada())
    (told,) = live_for(partner, ada())["suppressed"]
    assert told == {
        "product": products["kitchen"][0].pk,
        "product_name": "kitchen 0",
        "category": "",
        "cause": "ticket",
        "cause_id": ticket.pk,
    }


def test_its_kind_is_suppressed_while_the_matter_is_open(products, partner):
    lover = CustomerFactory(source="shop")
    shop.buy(lover, products["garden"][0])
    Customer.objects.filter(pk=lover.pk).request_analysis()
    ticket = complain(lover, "bad garden 1")
    read_all()
    lover.refresh_from_db()
    assert {name.split()[0] for name in stored_for(lover)} == {"kitchen"}
    assert live_names(partner, lover) == stored_for(lover)
    assert live_for(partner, lover)["suppressed"][0]["category"] == "garden"
    ticket.set_status(Ticket.Status.SOLVED)
    lover.refresh_from_db()
    assert lover.is_pending
    read_all()
    assert "garden 1" in stored_for(lover)
    assert live_for(partner, lover)["suppressed"] == []


def test_a_complaint_about_an_order_is_about_its_products_unless_it_names_one(products):
    order = shop.buy(ada(), *products["garden"][:2])
    about_all = complain(ada(), "bad parcel", order=order)
    about_one = complain(ada(), "garden 1 is bad", order=order)
    read_all()
    found = {(one.cause_id, one.product) for one in complaints_of([ada().pk])}
    assert found == {
        (about_all.pk, "garden 0"),
        (about_all.pk, "garden 1"),
        (about_one.pk, "garden 1"),
    }


def test_a_friendly_or_a_solved_ticket_is_no_complaint(products):
    friendly = TicketFactory(customer=ada(), subject="good kitchen 0", body="")
    MessageFactory(ticket=friendly, body="good")
    solved = complain(ada(), "bad kitchen 0", status="solved")
    read_all()
    Ticket.objects.filter(pk=friendly.pk).update(suggested_intent="track_order")
    Ticket.objects.filter(pk=solved.pk).update(status="solved")
    assert complaints_of([ada().pk]) == []


def test_an_intent_that_staff_decide_makes_or_ends_a_complaint(products):
    ticket = TicketFactory(customer=ada(), subject="good kitchen 0", body="")
    MessageFactory(ticket=ticket, body="good")
    read_all()
    Ticket.objects.filter(pk=ticket.pk).update(suggested_intent="track_order")
    shop.all_read()
    ticket.refresh_from_db()
    agent = UserFactory(username="agent")
    intents = Ticket._meta.get_field("intent").related_model.objects
    ticket.set_intent(intents.get(pk="product_fault"), by=agent)
    assert list(Customer.objects.pending()) == [ada()]
    read_all()
    assert "kitchen 0" not in stored_for(ada())
    ticket.set_intent(intents.get(pk="review"), by=agent)
    read_all()
    assert "kitchen 0" in stored_for(ada())


def test_a_friendlier_message_ends_the_complaint(products):
    ticket = complain(ada(), "bad kitchen 0")
    read_all()
    assert "kitchen 0" not in stored_for(ada())
    ticket.add_message("good", author_kind=Message.Author.CUSTOMER)
    Ticket.objects.filter(pk=ticket.pk).update(suggested_intent="track_order")
    read_all()
    assert "kitchen 0" in stored_for(ada())


def test_a_returned_product_is_not_offered_again(products, partner, settings):
    settings.RECOMMENDATION_BUY_AGAIN_DAYS = 1
    bought = shop.buy(ada(), products["garden"][0], products["garden"][1], days_ago=300)
    back = shop.buy(ada(), products["garden"][0], kind="return", quantity=-1, returned_order=bought)
    read_all()
    assert "garden 0" not in stored_for(ada()) | live_names(partner, ada())
    assert "garden 1" in stored_for(ada()) & live_names(partner, ada())
    (told,) = live_for(partner, ada())["suppressed"]
    assert (told["cause"], told["cause_id"], told["category"]) == ("return", back.pk, "")
    Order.objects.filter(pk=back.pk).update(status="open")
    assert live_for(partner, ada())["suppressed"][0]["category"] == "garden"


def test_a_customer_who_returned_everything_still_gets_a_list(products, partner):
    sorry = CustomerFactory(source="shop")
    bought = shop.buy(sorry, *products["garden"][:3])
    shop.buy(sorry, *products["garden"][:3], kind="return", quantity=-1, returned_order=bought)
    read_all()
    assert {"garden 0", "garden 1", "garden 2"}.isdisjoint(stored_for(sorry))
    assert stored_for(sorry) == live_names(partner, sorry) != set()


@pytest.mark.parametrize("said", [{"rating": 2, "body": "good"}, {"rating": None, "body": "bad"}])
def test_a_bad_review_removes_the_product(products, partner, said):
    shop.all_read()
    review = ReviewFactory(customer=ada(), product=products["kitchen"][0], title="", **said)
    read_all()
    assert "kitchen 0" not in stored_for(ada()) | live_names(partner, ada())
    assert live_for(partner, ada())["suppressed"][0]["cause_id"] == review.pk
    review.refresh_from_db()
    review.delete()
    read_all()
    assert "kitchen 0" in stored_for(ada())


def test_a_good_review_removes_nothing(products):
    ReviewFactory(customer=ada(), product=products["kitchen"][0], rating=5, body="good")
    read_all()
    assert "kitchen 0" in stored_for(ada())


def test_fewer_stars_make_the_customer_follow(products):
    review = ReviewFactory(customer=ada(), product=products["kitchen"][0], rating=5, body="good")
    read_all()
    assert not Customer.objects.pending().exists()
    review = Review.objects.get(pk=review.pk)
    review.rating = 1
    review.save()
    assert list(Customer.objects.pending()) == [ada()]


def test_a_message_that_is_no_complaint_makes_nobody_follow(products):
    shop.all_read()
    ticket = TicketFactory(customer=ada(), subject="good", body="")
    MessageFactory(ticket=ticket, body="good")
    Ticket.objects.update(suggested_intent="track_order")
    analyse_pending(MESSAGES)
    Ticket.objects.filter(pk=ticket.pk).update(suggested_intent="track_order")
    shop.all_read()
    ticket.add_message("good again", author_kind=Message.Author.CUSTOMER)
    analyse_pending(MESSAGES)
    assert not Customer.objects.pending().exists()


def test_the_complaints_of_many_cost_as_many_queries_as_those_of_one(
    products, django_assert_num_queries
):
    for customer in Customer.objects.all():
        complain(customer, "bad kitchen 1", order=shop.buy(customer, products["garden"][0]))
    read_all()
    pks = list(Customer.objects.values_list("pk", flat=True))
    with django_assert_num_queries(5):
        assert len({one.customer_id for one in complaints_of(pks)}) == 12
    with django_assert_num_queries(5):
        assert complaints_of(pks[:1])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The Oak Table (large) broke", "oak table (large)"),
        ("SKU l-12 is faulty.", "l-12"),
        ("这个青瓷茶壶坏了", "青瓷茶壶"),
        ("My  blue\nlamp!", "blue lamp"),
    ],
)
def test_a_name_is_found_in_what_is_said(text, name):
    assert name in runs_of_words(text)


def test_a_part_of_a_word_is_no_name():
    assert "lamp" not in runs_of_words("lampshade")
    assert runs_of_words("") == set()


def test_products_with_no_name_are_named_by_nothing(products):
    Product.objects.filter(name="kitchen 0").update(name="", sku="")
    complain(ada(), "bad")
    read_all()
    assert complaints_of([ada().pk]) == []
