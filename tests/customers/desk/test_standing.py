"""How far a conversation is, for pages that are open."""

from django.urls import reverse
from django.utils import timezone

from customers.desk.standing import stand_of
from customers.models import Message, OutboundMail
from tests.factories import MessageFactory, OutboundMailFactory, TicketFactory


def test_it_changes_with_whatever_the_conversation_shows_and_with_nothing_else(db):
    ticket = TicketFactory()
    MessageFactory()
    stands = [stand_of(ticket)]

    def now_differs():
        stands.append(stand_of(ticket))
        return len(set(stands)) == len(stands)

    reply = ticket.add_message("On its way", author_kind="agent")
    assert now_differs()
    OutboundMailFactory(message=reply, status="queued")
    assert now_differs()
    OutboundMail.objects.update(status="sent")
    assert now_differs()
    Message.objects.filter(ticket=ticket).update(attempts=1)
    assert now_differs()
    Message.objects.filter(ticket=ticket).update(analysed_at=timezone.now())
    assert now_differs()
    reply.delete()
    assert now_differs()

    ticket.set_status("solved")
    MessageFactory()
    assert stand_of(ticket) == stands[-1]


def test_an_open_page_hears_of_it_and_gets_the_rest(ann, django_assert_max_num_queries):
    ticket = TicketFactory()
    page = ann.get(reverse("ticket", args=[ticket.pk]))
    stand = page.context["stand"]
    assert f'data-stand="{stand}" data-last="{ticket.messages.get().pk}"' in page.content.decode()
    beat = reverse("ticket-presence", args=[ticket.pk])
    assert stand in ann.post(beat).content.decode()
    ticket.add_message("One more thing", author_kind="customer")
    with django_assert_max_num_queries(16):
        assert stand not in ann.post(beat).content.decode()
    Message.objects.update(analysed_at=timezone.now())
    fresh = ann.get(reverse("ticket-reading", args=[ticket.pk]))
    assert "One more thing" in fresh.content.decode()
    # the forms in it lead back to the page, not to this part of it
    assert f'name="next" value="{reverse("ticket", args=[ticket.pk])}"' in fresh.content.decode()
