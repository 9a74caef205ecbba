"""Replies, notes, drafts that are kept, files, macros with actions, and who else is there."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from customers.desk import attachments
from customers.models import Attachment, Macro, Passage, Presence, Team, TypedReply
from tests.customers.desk import posting
from tests.factories import MacroFactory, TicketFactory, UserFactory

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def file(name, content=PNG, kind="image/png"):
    return SimpleUploadedFile(name, content, content_type=kind)


def test_send_and_solve_answers_and_solves_in_one_step(ann):
    ticket = TicketFactory()
    posting.reply(ann, ticket, "Here it is.", then="solved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.last().body) == ("solved", "Here it is.")
    assert ticket.first_replied_at is not None
    assert ticket.solved_at is not None


def test_a_note_is_seen_by_staff_and_kept_from_everything_that_leaves_the_shop(ann, client):
    ticket = TicketFactory(body="Where is my parcel? I wait for the parcel since Monday.")
    posting.reply(ann, ticket, "It left on Tuesday and arrives on Thursday.", then="solved")
    posting.reply(ann, ticket, "She is a nuisance, the carrier lost it SECRETLY.", kind="note")
    ticket.refresh_from_db()
    note = ticket.messages.last()
    assert note.is_internal
    assert (ticket.status, list(ticket.messages.public())) == (
        "solved",
        list(ticket.messages.all())[:-1],
    )
    assert 'class="bubble agent internal"' in ann.get(f"/tickets/{ticket.pk}/").content.decode()
    assert not Passage.objects.filter(body__contains="SECRETLY").exists()
    assert Passage.objects.filter(ticket=ticket, body__contains="Thursday").exists()
    address = f"/api/v1/tickets/{ticket.pk}/"
    assert ann.get(address).json()["messages"][-1]["is_internal"] is True
    client.force_login(UserFactory(role="partner"))
    assert "SECRETLY" not in client.get(address).content.decode()
    assert len(client.get(address).json()["messages"]) == 2
    assert "SECRETLY" not in client.get("/api/v1/tickets/").content.decode()
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 403
    assert client.get("/tickets/").status_code == 403


def test_a_note_does_not_solve_nor_count_as_a_first_reply(ann):
    ticket = TicketFactory()
    posting.reply(ann, ticket, "Hm", kind="note", then="solved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_replied_at) == ("open", None)


def test_what_is_typed_is_there_after_a_reload_for_its_author_alone_and_gone_when_sent(ann, bob):
    ticket = TicketFactory()
    typed = {"body": "Dear cust", "kind": "note"}
    assert ann.post(f"/tickets/{ticket.pk}/typed/", typed).status_code == 204
    page = ann.get(f"/tickets/{ticket.pk}/")
    assert "Dear cust</textarea>" in page.content.decode()
    assert page.context["reply_form"].is_note
    assert "Dear cust" not in bob.get(f"/tickets/{ticket.pk}/").content.decode()
    posting.reply(ann, ticket, "Dear customer")
    assert not TypedReply.objects.exists()


def test_an_emptied_or_discarded_text_is_not_kept(ann):
    ticket = TicketFactory()
    for drop in (
        lambda: ann.post(f"/tickets/{ticket.pk}/typed/", {"body": "  "}),
        lambda: ann.post(f"/tickets/{ticket.pk}/typed/drop/"),
    ):
        ann.post(f"/tickets/{ticket.pk}/typed/", {"body": "a\x00b"})
        assert TypedReply.objects.get().body == "ab"
        drop()
        assert not TypedReply.objects.exists()


def test_who_else_is_there_or_types_is_told_at_the_next_beat(ann, bob):
    ticket = TicketFactory()
    ann.get(f"/tickets/{ticket.pk}/")
    beat = f"/tickets/{ticket.pk}/presence/"
    assert "ann has this ticket open" in bob.post(beat).content.decode()
    ann.post(f"/tickets/{ticket.pk}/typed/", {"body": "Dear"})
    assert "ann is typing an answer" in bob.post(beat).content.decode()
    assert "ann" not in ann.post(beat).content.decode().replace("bob", "")
    Presence.objects.filter(user=ann.user).update(seen_at=timezone.now() - timedelta(seconds=9))
    assert "ann" not in bob.post(beat).content.decode()


def test_a_beat_tells_what_came_since_the_page_was_shown(ann, bob):
    ticket = TicketFactory()
    shown = posting.shown(ticket)
    beat = f"/tickets/{ticket.pk}/presence/"
    assert "new" not in bob.post(beat, shown).content.decode()
    posting.change(ann, ticket, status="pending")
    assert "ann changed: status" in bob.post(beat, shown).content.decode()
    posting.reply(ann, ticket, "On its way")
    assert "1 new message" in bob.post(beat, shown).content.decode()


def test_a_file_is_stored_under_a_name_of_ours_and_only_handed_over(ann):
    ticket = TicketFactory()
    sent = [file("../../a\u202egnp.png"), file("page.png", b"<html><script>", "image/png")]
    posting.reply(ann, ticket, "See the files", files=sent)
    picture, page = Attachment.objects.order_by("pk")
    assert (picture.name, picture.content_type) == ("agnp.png", "image/png")
    assert "gnp" not in picture.file.name
    assert page.content_type == "application/octet-stream"
    answer = ann.get(f"/attachments/{page.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ann.get(f"/attachments/{page.pk}/picture/").status_code == 404
    shown = ann.get(f"/attachments/{picture.pk}/picture/")
    assert (shown.headers["Content-Type"], b"".join(shown.streaming_content)) == ("image/png", PNG)
    conversation = ann.get(f"/tickets/{ticket.pk}/").content.decode()
    assert f'src="/attachments/{picture.pk}/picture/"' in conversation


def test_files_of_a_message_need_a_login(ann, client):
    posting.reply(ann, TicketFactory(), "File", files=[file("a.png")])
    pk = Attachment.objects.get().pk
    assert client.get(f"/attachments/{pk}/").status_code == 302
    assert ann.get(f"/attachments/{pk + 1}/").status_code == 404


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([file("run.exe", b"text")], "is a program"),
        ([file("photo.png", b"MZ\x90\x00")], "is a program"),
        ([file("empty.txt", b"")], "is empty"),
        ([file("large.png", PNG * 40)], "larger than"),
        ([file(f"{n}.png") for n in range(3)], "at most 2 files"),
    ],
)
def test_files_beyond_the_limits_are_refused_and_the_text_stays(ann, monkeypatch, files, says):
    monkeypatch.setattr(attachments, "MOST_BYTES", 1000)
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    ticket = TicketFactory()
    answer = posting.reply(ann, ticket, "See the file", files=files)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert "See the file</textarea>" in page
    assert not Attachment.objects.exists()
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        ("你好".encode()[:-1], "text/plain"),
        (b"<svg onload=alert(1)>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_decide_what_a_file_is(head, kind):
    assert attachments.sniffed(head) == kind


def test_a_macro_sets_what_it_says_when_the_reply_goes_and_is_counted(ann):
    ticket, team = TicketFactory(), Team.objects.create(name="Returns")
    macro = MacroFactory(
        body="On its way.",
        sets_status="pending",
        sets_priority="high",
        sets_team=team,
        assigns_sender=True,
        adds_tags=["parcel"],
    )
    page = ann.post(f"/tickets/{ticket.pk}/macro/", {"macro": macro.pk, "body": "Dear you,"})
    form = page.context["reply_form"]
    assert form["body"].value() == "Dear you,\n\nOn its way."
    assert form["used_macro"].value() == macro.pk
    ticket.refresh_from_db()
    assert ticket.version == 1
    posting.reply(ann, ticket, "On its way.", used_macro=macro.pk)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.team) == ("pending", "high", team)
    assert (ticket.assignee, ticket.tags) == (ann.user, ["parcel"])
    assert Macro.objects.get().use_count == 1


def test_a_teams_macro_is_offered_to_its_members_alone(ann, bob):
    team = Team.objects.create(name="Returns")
    team.members.add(ann.user)
    macro, ticket = MacroFactory(team=team), TicketFactory()
    assert macro in ann.get(f"/tickets/{ticket.pk}/").context["macros"]
    assert macro not in bob.get(f"/tickets/{ticket.pk}/").context["macros"]
