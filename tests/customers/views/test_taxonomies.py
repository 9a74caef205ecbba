"""Taxonomies: managers add, rename, order and retire names; rows keep what they carry."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.desk.forms import ChangeForm
from customers.models import Aspect, Intent, Segment, Ticket
from tests.customers.desk import posting
from tests.factories import CorrectionFactory, ModelVersionFactory, TicketFactory, UserFactory


@pytest.fixture
def manager(client, db):
    client.force_login(UserFactory(username="boss", role="manager"))
    return client


def add(manager, **columns):
    return manager.post("/taxonomies/intents/", {"name": "", "description": "", **columns})


def test_agents_may_not_see_or_change_taxonomies(agent):
    assert agent.get("/taxonomies/").status_code == 403
    assert agent.post("/taxonomies/intents/", {"name": "Warranty"}).status_code == 403
    assert not Intent.objects.filter(name="Warranty").exists()
    assert b"Taxonomies" not in agent.get("/").content


def test_the_navigation_leads_managers_to_the_first_taxonomy(manager):
    assert b'href="/taxonomies/"' in manager.get("/").content
    assert manager.get("/taxonomies/", follow=True).redirect_chain == [
        ("/taxonomies/intents/", 302)
    ]


def test_a_new_intent_gets_a_slug_and_can_at_once_be_chosen_on_tickets(manager):
    add(manager, name="Warranty claim", description="Repair within the guarantee.")
    intent = Intent.objects.get(slug="warranty_claim")
    assert (intent.description, intent.is_active) == ("Repair within the guarantee.", True)
    assert Intent.objects.last() == intent
    assert intent in ChangeForm(ticket=TicketFactory()).fields["intent"].queryset
    ticket = TicketFactory()
    posting.change(manager, ticket, intent="warranty_claim")
    ticket.refresh_from_db()
    assert ticket.intent == intent


def test_slugs_never_meet_even_for_names_without_latin_letters(manager):
    for name in ("保修", "保修单", "Track order!"):
        add(manager, name=name)
    slugs = {Intent.objects.get(name=name).slug for name in ("保修", "保修单", "Track order!")}
    assert slugs == {"intent", "intent_2", "track_order_2"}


def test_a_name_that_is_there_already_is_refused_and_what_was_typed_stays(manager):
    answer = add(manager, name="track ORDER", description="My words")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "one of this name already" in page
    assert "My words" in page
    assert Intent.objects.filter(name__iexact="track order").count() == 1


def test_a_renamed_intent_keeps_its_slug_and_its_rows(manager):
    ticket = TicketFactory(intent_id="complaint")
    address = "/taxonomies/intents/complaint/"
    assert b'value="Complaint"' in manager.get(address).content
    manager.post(address, {"name": "Grievance", "description": "Anger"})
    ticket.refresh_from_db()
    assert (str(ticket.intent), ticket.intent_id) == ("Grievance", "complaint")


def test_a_retired_intent_disappears_from_choices_but_stays_on_rows(manager):
    ticket = TicketFactory(intent_id="complaint")
    manager.post("/taxonomies/intents/complaint/retire/", {"active": "0"})
    complaint = Intent.objects.get(pk="complaint")
    assert not complaint.is_active
    assert complaint not in ChangeForm(ticket=TicketFactory()).fields["intent"].queryset
    assert complaint in ChangeForm(ticket=TicketFactory(intent=complaint)).fields["intent"].queryset
    other = TicketFactory()
    posting.change(manager, other, intent="complaint")
    posting.change(manager, ticket, intent="complaint")
    other.refresh_from_db()
    ticket.refresh_from_db()
    assert (ticket.intent_id, other.intent_id) == ("complaint", None)
    manager.post("/taxonomies/intents/complaint/retire/", {"active": "1"})
    assert Intent.objects.get(pk="complaint").is_active


@pytest.mark.parametrize(("to", "order"), [("up", [1, 0, 2]), ("down", [0, 2, 1])])
def test_names_move_by_one_place_as_choices_list_them(manager, to, order):
    before = list(Segment.objects.all()[:3])
    manager.post(f"/taxonomies/segments/{before[1].pk}/move/", {"to": to})
    assert list(Segment.objects.all()[:3]) == [before[place] for place in order]


def test_the_first_name_does_not_move_further_up(manager):
    before = list(Segment.objects.all())
    manager.post(f"/taxonomies/segments/{before[0].pk}/move/", {"to": "up"})
    assert list(Segment.objects.all()) == before


def test_the_list_counts_rows_and_corrections_and_tells_what_the_model_has_learnt(manager):
    Ticket.objects.filter(pk=TicketFactory().pk).update(suggested_intent="get_refund")
    TicketFactory(intent_id="get_refund")
    TicketFactory(intent_id="get_refund")
    CorrectionFactory(label="get_refund")
    ModelVersionFactory(task="intent", is_serving=True)
    rows = {row.taxon.pk: row for row in manager.get("/taxonomies/intents/").context["rows"]}
    assert [n for _, n in rows["get_refund"].usage] == [2, 1]
    assert rows["get_refund"].corrections == 1
    assert rows["get_refund"].is_learnt
    assert rows["complaint"].is_learnt is False
    assert [n for _, n in rows["complaint"].usage] == [0, 0]


def test_every_taxonomy_has_its_page_with_the_columns_of_its_own(manager):
    manager.post("/taxonomies/aspects/", {"name": "Colour", "keywords": "colour, hue"})
    assert Aspect.objects.get(pk="colour").keywords == ["colour", "hue"]
    assert b"colour, hue" in manager.get("/taxonomies/aspects/").content
    assert manager.get("/taxonomies/nonsense/").status_code == 404
    assert manager.get("/taxonomies/intents/nonsense/").status_code == 404


def test_the_page_costs_the_same_for_more_names_and_rows(manager):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            manager.get("/taxonomies/intents/")
        return len(captured)

    before = queries()
    for number in range(20):
        Intent.objects.add(f"Matter {number}")
        TicketFactory(intent_id=f"matter_{number}")
    assert queries() == before


def test_changes_need_a_post(manager):
    for verb in ("move", "retire"):
        assert manager.get(f"/taxonomies/intents/complaint/{verb}/").status_code == 405
