"""The pages of topics: sizes, growth that is more than chance, names, merging, links."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import Ticket, Topic
from tests.factories import (
    NOON,
    OrderFactory,
    ReviewFactory,
    TicketFactory,
    TopicFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LAST = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(role="manager"))
    OrderFactory(placed_at=LAST)
    return client


def write(topic, *days_ago):
    """A ticket about the topic so many days before the last of March 2026."""
    at = [LAST - timedelta(days=days) for days in days_ago]
    Ticket.objects.bulk_create(
        [
            Ticket(subject=f"About {topic}", opened_at=one, last_message_at=one, topic=topic)
            for one in at
        ]
    )


def trends(client, address="/topics/?period=30d"):
    return {str(one.topic): one for one in client.get(address).context["page"].object_list}


def test_a_topic_shows_how_many_texts_it_has_in_the_period_and_had_before(manager):
    topic = TopicFactory()
    write(topic, 1, 2, 3, 40, 50, 70)
    one = trends(manager)[str(topic)]
    assert (one.n, one.former, one.of_all, one.of_former) == (3, 2, 3, 2)


def test_from_1_to_3_is_about_as_before(manager):
    grown, other = TopicFactory(), TopicFactory()
    write(grown, 1, 2, 3, 40)
    write(other, *range(10), *range(35, 45))
    assert not trends(manager)[str(grown)].is_sure
    assert b"about as before" in manager.get("/topics/?period=30d").content


def test_a_growth_that_is_more_than_chance_is_told_by_its_share(manager):
    grown, other = TopicFactory(), TopicFactory()
    write(grown, *([5] * 20), *([40] * 4))
    write(other, *([5] * 20), *([40] * 36))
    one = trends(manager)[str(grown)]
    assert one.is_sure
    assert one.grows
    assert one.growth == pytest.approx(0.5 / 0.1 - 1)
    assert "▲ ×5.0" in manager.get("/topics/?period=30d").content.decode()


def test_a_shop_that_grows_as_a_whole_makes_no_topic_grow(manager):
    one, other = TopicFactory(), TopicFactory()
    write(one, *([5] * 30), *([40] * 3))
    write(other, *([5] * 30), *([40] * 3))
    assert not any(trend.is_sure for trend in trends(manager).values())


def test_topics_of_reviews_stand_apart(manager):
    topic = TopicFactory(kind="review", suggested_name="Lid hinge")
    review = ReviewFactory(written_at=LAST)
    type(review).objects.filter(pk=review.pk).update(topic=topic)
    assert trends(manager) == {}
    assert list(trends(manager, "/topics/?kind=review")) == ["Lid hinge"]
    assert manager.get("/topics/?kind=nonsense&period=x&from=2026-02-31&page=z").status_code == 200


def test_a_topic_leads_to_its_rows(manager):
    topic = TopicFactory()
    write(topic, 1, 2)
    TicketFactory()
    assert topic.rows_address == f"/tickets/?topic={topic.pk}"
    shown = manager.get(topic.rows_address).context["page"].object_list
    assert {ticket.topic_id for ticket in shown} == {topic.pk}
    assert len(shown) == 2


def test_a_topic_page_shows_words_examples_and_its_plot(manager):
    topic = TopicFactory()
    write(topic, 1)
    topic.example_pks = [Ticket.objects.get(topic=topic).pk, 0]
    topic.save()
    page = manager.get(f"/topics/{topic.pk}/").content.decode()
    assert "late parcel" in page
    assert f"About {topic}" in page
    rows = manager.get(f"/plots/topic/{topic.pk}.csv?period=30d").content.decode()
    assert rows.splitlines()[1].split(",")[:2] == ["2026-03-30", "1"]
    bars = manager.get("/plots/topics.csv?period=30d").content.decode()
    assert bars.splitlines()[1].startswith(f'"{topic}",100.0,1,0')


def test_staff_name_a_topic_beside_the_machine(manager):
    topic = TopicFactory(suggested_name="Late parcel")
    manager.post(f"/topics/{topic.pk}/name/", {"name": "Courier trouble"})
    topic.refresh_from_db()
    assert (str(topic), topic.suggested_name) == ("Courier trouble", "Late parcel")
    assert topic.name_set_by.is_manager
    manager.post(f"/topics/{topic.pk}/name/", {"name": ""})
    topic.refresh_from_db()
    assert (str(topic), topic.name_set_by, topic.name_set_at) == ("Late parcel", None, None)


def test_a_name_that_is_too_long_is_refused(manager):
    topic = TopicFactory()
    answer = manager.post(f"/topics/{topic.pk}/name/", {"name": "x" * 121})
    assert answer.status_code == 422
    topic.refresh_from_db()
    assert topic.name == ""


def test_agents_look_at_topics_and_change_none(client):
    client.force_login(UserFactory())
    topic, other = TopicFactory(), TopicFactory()
    assert client.get(f"/topics/{topic.pk}/").status_code == 200
    assert client.post(f"/topics/{topic.pk}/name/", {"name": "Mine"}).status_code == 403
    assert client.post(f"/topics/{topic.pk}/merge/", {"into": other.pk}).status_code == 403
    topic.refresh_from_db()
    assert (topic.name, topic.merged_into) == ("", None)


def test_two_topics_are_merged_and_parted_again(manager):
    topic, other = TopicFactory(), TopicFactory()
    write(topic, 1, 2)
    answer = manager.post(f"/topics/{topic.pk}/merge/", {"into": other.pk})
    assert answer["Location"] == f"/topics/{other.pk}/"
    assert other.tickets.count() == 2
    assert list(trends(manager)) == [str(other)]
    assert b"It is part of" in manager.get(f"/topics/{topic.pk}/").content
    manager.post(f"/topics/{topic.pk}/split/")
    assert Topic.objects.shown().count() == 2


@pytest.mark.parametrize("into", ["", "0", "self", "review"])
def test_a_topic_is_not_merged_into_nothing_itself_or_another_kind(manager, into):
    topic = TopicFactory()
    places = {"self": topic.pk, "review": TopicFactory(kind="review").pk}
    manager.post(f"/topics/{topic.pk}/merge/", {"into": places.get(into, into)})
    topic.refresh_from_db()
    assert topic.merged_into is None


def test_a_deleted_topic_leaves_its_tickets(manager):
    topic = TopicFactory()
    write(topic, 1)
    topic.delete()
    assert Ticket.objects.get().topic is None


def test_topics_are_read_by_the_api(manager):
    topic = TopicFactory(name="Courier trouble")
    write(topic, 1)
    (told,) = manager.get("/api/v1/topics/?kind=ticket").json()["results"]
    assert (told["name"], told["words"]) == ("Courier trouble", ["late parcel", "courier"])
    (ticket,) = manager.get(f"/api/v1/tickets/?topic={topic.pk}").json()["results"]
    assert ticket["topic"] == topic.pk
    assert NOON.isoformat().startswith(told["found_at"][:10])
