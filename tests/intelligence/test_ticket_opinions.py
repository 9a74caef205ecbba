"""What the road writes on a ticket from its opening message, by the models that ship."""

import pytest

from customers.models import Intent, Message, Ticket
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.analysis.unlearnt import descriptions_of_unlearnt
from intelligence.models import Prediction

pytestmark = pytest.mark.django_db

JOBS = "Somebody applies for a job or asks for an internship."
LETTER = "I would like to apply for a job in your shop. Do you offer internships?"


def read(subject, body, *later):
    ticket = Ticket.objects.create(subject=subject)
    for text in (body, *later):
        Message.objects.create(ticket=ticket, body=text)
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    return ticket


def test_the_opening_message_gives_the_ticket_its_suggested_priority_with_evidence():
    ticket = read("Fire", "The heater caught fire and burned my hand.", "Thanks, lovely shop.")
    assert ticket.suggested_priority == "urgent"
    assert ticket.priority_probability == pytest.approx(ticket.priority_detail["probability"])
    assert {item["kind"] for item in ticket.priority_detail["evidence"]} == {"word"}
    assert ticket.priority_detail["model"] == "priority"
    assert (ticket.priority, ticket.is_priority_decided) == ("normal", False)
    assert Prediction.objects.filter(task="priority").count() == 1


def test_a_language_that_the_head_does_not_read_gets_no_priority():
    ticket = read("Feuer", "Die Heizung hat gebrannt und meine Hand ist verletzt.")
    assert ticket.suggested_priority == ""
    assert ticket.priority_detail["abstained"]


def test_a_decided_priority_survives_a_new_reading(django_user_model):
    ticket = read("Fire", "The heater caught fire and burned my hand.")
    ticket.set_priority("low", by=django_user_model.objects.create(username="ann"))
    ticket.messages.all().request_analysis()
    analyse_pending(KINDS["message"])
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.suggested_priority) == ("low", "urgent")


def test_an_intent_that_no_model_has_learnt_is_suggested_by_its_description():
    Intent.objects.add("Job application", description=JOBS)
    ticket = read("Application", LETTER)
    assert ticket.suggested_intent_id == "job_application"
    assert ticket.intent_detail["abstained"]
    assert ticket.intent_detail["likeness"]["label"] == "job_application"
    assert ticket.intent_probability is None


def test_likeness_is_no_opinion_and_so_never_reaches_what_decides_by_opinions():
    Intent.objects.add("Job application", description=JOBS)
    read("Application", LETTER)
    noted = Prediction.objects.get(task="intent").output
    assert noted["abstained"]
    assert noted["label"] != "job_application"
    assert "likeness" not in noted


def test_where_the_head_is_sure_nothing_is_asked_by_likeness():
    Intent.objects.add("Parcels", description="Where is my parcel?")
    ticket = read("Parcel", "Where is my parcel?")
    assert ticket.suggested_intent_id == "track_order"
    assert "likeness" not in ticket.intent_detail


def test_only_active_names_without_examples_are_described():
    Intent.objects.add("Job application", description=JOBS)
    Intent.objects.add("Old matter").set_active(False)
    learnt = list(Intent.objects.exclude(slug="job_application").values_list("slug", flat=True))
    learnt.remove("old_matter")
    assert descriptions_of_unlearnt(learnt) == (("job_application", f"Job application: {JOBS}"),)
