"""Aspects and the trend of tickets on the pages and over the API."""

import pytest

from customers.models import Message, Ticket
from tests.factories import (
    AspectMentionFactory,
    MessageFactory,
    ProductFactory,
    ReviewFactory,
    TicketFactory,
)


@pytest.fixture
def review(db):
    review = ReviewFactory(title="Late", body="The parcel came late.")
    AspectMentionFactory(
        review=review, start=9, end=15, sentence_start=5, sentence_end=26, probability=0.91
    )
    return review


def moved(trend):
    ticket = TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(sentiment_trend=trend)
    return ticket


def listed(client, address):
    return [row.pk for row in client.get(address).context["page"].object_list]


def test_a_review_shows_its_aspects_in_words_and_in_the_text(agent, review):
    page = agent.get("/reviews/").content.decode()
    assert '<mark class="aspect bad" title="Delivery: negative">parcel</mark>' in page
    assert "Delivery: negative" in page
    assert "91%" in page
    assert 'title="The parcel came late."' in page


def test_reviews_are_filtered_by_aspect_polarity_and_product(agent, review):
    other = ReviewFactory()
    AspectMentionFactory(review=other, aspect_id="price", polarity="positive")
    assert listed(agent, "/reviews/?aspect=delivery&polarity=negative") == [review.pk]
    assert listed(agent, "/reviews/?aspect=delivery&polarity=positive") == []
    assert listed(agent, "/reviews/?polarity=positive") == [other.pk]
    page = agent.get(f"/reviews/?product={review.product_id}&aspect=delivery")
    assert [row.pk for row in page.context["page"].object_list] == [review.pk]
    assert review.product.name in page.content.decode()


def test_nonsense_in_a_filter_is_no_error_of_ours(agent, review):
    assert agent.get("/reviews/?aspect=nothing&product=x&polarity=-").status_code == 200


def test_the_bars_of_a_product_lead_to_its_reviews(agent, review):
    rows = agent.get(f"/plots/product-aspects/{review.product_id}.csv").content.decode()
    assert "Delivery,negative,0,1" in rows
    assert f"/reviews/?product={review.product_id}&aspect=delivery&polarity=negative" in rows
    picture = agent.get(f"/plots/product-aspects/{review.product_id}.svg")
    assert b"aspect=delivery" in picture.content
    page = agent.get(f"/products/{review.product_id}/").content.decode()
    assert f"/plots/product-aspects/{review.product_id}.svg" in page


def test_a_product_of_which_nothing_is_said_shows_no_bars(agent):
    product = ProductFactory()
    assert b"product-aspects" not in agent.get(f"/products/{product.pk}/").content
    assert agent.get(f"/plots/product-aspects/{product.pk}.svg").status_code == 200


def test_a_message_shows_its_aspects_behind_the_subject_that_was_read_with_it(agent):
    ticket = TicketFactory(subject="Help", body="The parcel is lost.")
    AspectMentionFactory(
        message=Message.objects.get(), start=9, end=15, sentence_start=5, sentence_end=24
    )
    page = agent.get(f"/tickets/{ticket.pk}/").content.decode()
    assert '<mark class="aspect bad" title="Delivery: negative">parcel</mark>' in page
    assert 'title="The parcel is lost."' in page


def test_tickets_that_get_worse_are_marked_and_found(agent):
    worse, better, same = moved(-0.5), moved(0.7), moved(0.1)
    page = agent.get("/tickets/")
    assert page.content.decode().count("getting worse</span>") == 1
    assert listed(agent, "/tickets/?trend=worse") == [worse.pk]
    assert listed(agent, "/tickets/?trend=better") == [better.pk]
    assert same.pk in listed(agent, "/tickets/")


def test_a_ticket_shows_how_the_customer_sounded_from_message_to_message(agent):
    ticket = moved(-0.9)
    later = MessageFactory(ticket=ticket, body="Still nothing!")
    Message.objects.filter(pk=later.pk).update(sentiment_score=-0.8)
    page = agent.get(f"/tickets/{ticket.pk}/").content.decode()
    assert f"/plots/ticket-sentiment/{ticket.pk}.svg" in page
    assert "getting worse" in page
    rows = agent.get(f"/plots/ticket-sentiment/{ticket.pk}.csv").content.decode()
    assert f"-0.8,/tickets/{ticket.pk}/#message-{later.pk}" in rows


def test_the_api_tells_aspects_and_trend(agent, review):
    ticket = moved(-0.9)
    AspectMentionFactory(message=Message.objects.get(), aspect_id="price")
    told = agent.get("/api/v1/reviews/?aspect=delivery&polarity=negative").json()["results"]
    assert [row["id"] for row in told] == [review.pk]
    (mention,) = told[0]["aspects"]
    assert (mention["aspect"], mention["polarity"]) == ("delivery", "negative")
    assert (mention["start"], mention["end"]) == (9, 15)
    assert agent.get("/api/v1/reviews/?aspect=price").json()["results"] == []
    said = agent.get(f"/api/v1/tickets/{ticket.pk}/").json()
    assert said["sentiment_trend"] == -0.9
    assert [one["aspect"] for one in said["messages"][0]["aspects"]] == ["price"]
    assert agent.get("/api/v1/tickets/?trend_below=-0.5").json()["results"][0]["id"] == ticket.pk
    assert len(agent.get("/api/v1/aspects/").json()["results"]) >= 9
