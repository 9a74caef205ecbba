"""The page of what models could not read: reasons, and reading again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Message
from tests.factories import (
    CustomerFactory,
    MessageFactory,
    ProductFactory,
    ReviewFactory,
    UserFactory,
)

PAGE = "/analysis/set-aside/"
REASON = "TooLong: reading took longer than 30 s"


def aside(row, reason=REASON):
    type(row)._base_manager.filter(pk=row.pk).update(attempts=3, analysis_error=reason)
    return row


def test_each_row_stands_with_its_reason_and_its_page(agent):
    message = aside(MessageFactory(body="A text without end."))
    MessageFactory(body="A text like any other.")
    shown = agent.get(PAGE).content.decode()
    assert "A text without end." in shown
    assert REASON in shown
    assert f'href="{reverse("ticket", args=[message.ticket_id])}"' in shown
    assert "A text like any other." not in shown


@pytest.mark.parametrize("make", [CustomerFactory, ProductFactory, ReviewFactory])
def test_other_kinds_stand_there_too(agent, make):
    row = aside(make())
    kind = row._meta.model_name
    shown = agent.get(PAGE, {"kind": kind}).content.decode()
    assert REASON in shown
    assert f"{PAGE}{kind}/{row.pk}/again/" in shown


def test_one_row_is_read_again_and_the_others_stay(agent):
    chosen, other = aside(MessageFactory()), aside(MessageFactory())
    answer = agent.post(f"{PAGE}message/{chosen.pk}/again/", follow=True)
    assert "1 row will be read again." in answer.content.decode()
    assert Message.objects.pending().filter(pk=chosen.pk).exists()
    assert list(Message.objects.failed()) == [other]


def test_a_row_that_was_read_meanwhile_is_left_alone(agent):
    message = MessageFactory()
    answer = agent.post(f"{PAGE}message/{message.pk}/again/", follow=True)
    assert "It waits already, or was read." in answer.content.decode()


def test_nobody_retries_what_they_may_not_see(client, db):
    message = aside(MessageFactory())
    client.force_login(UserFactory(is_active=False))
    assert client.post(f"{PAGE}message/{message.pk}/again/").status_code == 302
    client.force_login(UserFactory())
    assert client.post(f"{PAGE}message/999999/again/").status_code == 404
    assert client.post(f"{PAGE}user/1/again/").status_code == 404
    assert client.get(PAGE, {"kind": "user"}).status_code == 404
    assert list(Message.objects.failed()) == [message]


def test_the_panel_leads_there(agent):
    aside(MessageFactory())
    assert f'href="{PAGE}?kind=message"' in agent.get("/analysis/").content.decode()


def test_queries_do_not_grow_with_rows(agent, django_assert_num_queries):
    aside(ReviewFactory())
    with CaptureQueriesContext(connection) as one:
        agent.get(PAGE, {"kind": "review"})
    for _ in range(9):
        aside(ReviewFactory())
    with django_assert_num_queries(len(one)):
        agent.get(PAGE, {"kind": "review"})
