"""Reads rows, answers, suggests, sums up, serves pages and asks for texts while every
connection is noted.

An audit hook of the interpreter sees each `connect`, look-up and datagram, whoever makes it;
the database's own library speaks over a local socket beneath it.
"""

import contextlib
import json
import os
import socket
import sys

EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
PAGES = ("/", "/tickets/", "/customers/", "/articles/", "/models/generators/", "/models/egress/")
QUESTION = "May damaged goods be returned within a month?"
noted = []


def hook(event, arguments):
    if event in EVENTS and not is_unix(event, arguments):
        noted.append(event)


def is_unix(event, arguments):
    return event == "socket.connect" and arguments[0].family == socket.AF_UNIX


def worked(user):
    """What workers make of a question, a draft and a summary: how each of them ended."""
    from customers.asking.ask import ask
    from customers.models import Draft, Summary, Ticket
    from intelligence.answering.answer import answer_question
    from intelligence.assisting.suggest import write_draft
    from intelligence.assisting.summaries import write_summary

    ticket = Ticket.objects.get(subject=QUESTION)
    question = ask(QUESTION, channel="staff", user=user)
    answer_question(question.pk)
    draft = Draft.objects.ask_for(ticket, by=user)
    write_draft(draft.pk)
    summary = Summary.objects.ask(by=user, ticket=ticket)
    write_summary(summary.pk)
    for row in (question, draft, summary):
        row.refresh_from_db()
    return {
        "question": (question.status, question.answer),
        "draft": (draft.status, draft.origin),
        "summary": (summary.status, summary.generator),
    }


def main():
    sys.addaudithook(hook)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings.plain_static")
    import django

    django.setup()
    from django.test import Client

    from customers.models import EgressRecord, User
    from intelligence.analysis.kinds import KINDS
    from intelligence.analysis.run import analyse_pending
    from intelligence.generating import generate

    user = User.objects.get(username=sys.argv[1])
    analysed = sum(analyse_pending(kind).n for kind in KINDS.values())
    made = worked(user)
    generated = [
        generate(feature, "Write.", ["Where is it?"], user=user, known=["Anna"])
        for feature in ("reply", "summary", "article")
    ]
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    answers = {page: client.get(page).status_code for page in PAGES}
    connections = list(noted)
    noted.clear()
    # the guard sees what it should: a connection to a port of this machine that is closed
    with socket.socket() as tried, contextlib.suppress(OSError):
        tried.connect(("127.0.0.1", 9))
    told = {
        "connections": connections,
        "generated": generated,
        "answers": answers,
        "made": made,
        "analysed": analysed,
        "entries": EgressRecord.objects.count(),
        "guard_sees": noted,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
