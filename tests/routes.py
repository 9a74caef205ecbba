"""Every address of the screens, found by the resolver: whoever adds one adds it here. The walk
of pages and the matrix of who sees what both go by it.

An address with arguments needs a row to be of; that is the only thing to write down.
"""

import re

from django.http import HttpResponse
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils.text import slugify

from customers import models
from customers.asking.keys import key_of
from customers.portal.identity import SESSION_KEY
from customers.satisfaction.links import token_of
from customers.urls import urlpatterns
from tests.browser.shop import make_records
from tests.customers.admin.rows import MAKERS
from tests.factories import (
    AttachmentFactory,
    QuestionFactory,
    SatisfactionRatingFactory,
)

# What stands at an address that no page is at: another answer than a whole page of ours.
NO_PAGES = {
    "account_login": "whoever is logged in is led on; the flow of logging in opens it",
    "account_reset_password_from_key": "a link of a mail",
    "mfa_authenticate": "follows a password",
    "mfa_deactivate_totp": "there is an app to remove",
    "mfa_view_recovery_codes": "there are codes once there is an app",
    "access-file": "a file",
    "erasure-receipt": "there is one once a worker is through",
    "metrics": "for machines, with a token",
    "health": "for machines",
    "export-file": "there is a file once a worker made it",
    "attachment": "a file",
    "attachment-picture": "a file",
    "portal-file": "a file",
    "import-rejects": "a file",
    "portal-link": "a link of a mail, which is used up",
    "mail-in-raw": "a file",
    "portal-forget": "an act",
    "search-meaning": "a part of the page of search, for whoever asked",
}
# Rows that an address is of, by the beginning of its route; the longest that fits counts.
OF = {
    "search/meaning/": "customer",
    "customers/bulk/": "bulkedit",
    "customers/contacts/": "contactpoint",
    "customers/notes/": "customernote",
    "customers/": "customer",
    "exports/": "export",
    "views/": "savedview",
    "companies/": "company",
    "tasks/": "task",
    "custom-fields/": "customfield",
    "audiences/": "audience",
    "tickets/": "ticket",
    "tickets/undo/": "journalentry",
    "tickets/log/": "assistevent",
    "attachments/": "attachment",
    "drafts/": "draft",
    "products/": "product",
    "messages/": "message",
    "reviews/": "review",
    "orders/": "order",
    "topics/": "topic",
    "alarms/": "alarm",
    "analysis/set-aside/": "message",
    "radar/": "finding",
    "articles/": "article",
    "macros/": "macro",
    "proposals/": "proposal",
    "questions/": "question",
    "help/articles/": "article",
    "help/tickets/": "ticket",
    "channels/mail/": "mailbox",
    "channels/mailboxes/": "mailbox",
    "channels/inbound/": "inboundmail",
    "channels/outbound/": "outboundmail",
    "insight/digests/": "weeklydigest",
    "journal/": "journalentry",
    "models/generators/trials/": "generatortrial",
    "models/generators/": "generator",
    "models/egress/": "egressrecord",
    "models/": "modelversion",
    "keys/": "apikey",
    "trainings/": "training",
    "duplicates/search/": "duplicatescan",
    "duplicates/": "duplicatepair",
    "imports/": "import",
    "rules/": "rule",
    "service-levels/hours/": "businesshours",
    "service-levels/": "slapolicy",
    "assignment/": "user",
    "automation/labels/": "automaticlabel",
    "automation/": "automaticlabel",
    "plots/": "customer",
    "webhooks/deliveries/": "webhookdelivery",
    "webhooks/": "webhookendpoint",
    "connectors/webhooks/": "inboundwebhook",
    "connectors/": "connector",
    "people/": "user",
    "privacy/erasures/": "erasurerequest",
    "privacy/access/": "accessexport",
}


def screens():
    """The patterns of all addresses of the screens."""
    return list(_flat(urlpatterns))


def _flat(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _flat(pattern.url_patterns)


def make_rows():
    """One row of each record, with words too long for a narrow screen where staff look most."""
    rows = {name: MAKERS[name]() for name in sorted({*OF.values()})}
    rows |= make_records()
    rows |= {
        "question": QuestionFactory(status="answered", channel="portal", answer="30 days."),
        "widget question": QuestionFactory(status="unsure", channel="widget"),
        "rating": SatisfactionRatingFactory(ticket=rows["ticket"]),
        "attachment": AttachmentFactory(
            message=rows["ticket"].messages.first(), name="list.txt", content_type="text/plain"
        ),
    }
    rows["orderreturn"] = models.OrderReturn.objects.create(order=rows["order"], reason="faulty")
    return rows


def arguments_of(route, rows):
    """What the address needs: values by their names."""
    start = max((start for start in OF if route.startswith(start)), key=len, default="")
    row = rows.get(OF.get(start))
    question = rows["widget question" if route.startswith("widget/") else "question"]
    known = {
        "pk": getattr(row, "pk", None),
        "order_pk": rows["order"].pk,
        "return_pk": rows["orderreturn"].pk,
        "file_pk": rows["attachment"].pk,
        "number": 1,
        "slug": slugify(str(row)) if route.startswith("help/") else "loyal",
        "record": "order",
        "taxonomy": "intents",
        "task": "intent",
        "feature": "reply",
        "list_name": "customers",
        "language": "en",
        "category": "returns",
        "token": token_of(rows["rating"]),
        "name": "customer-sentiment" if "<int:pk>" in route else "sales-revenue",
        "kind": "html",
        "role": "agent",
        "uidb36": "1",
        "key": "set-password" if "uidb36" in route else key_of(question),
    }
    if route.startswith("custom-fields/<slug"):
        known["pk"] = rows["order"].pk
    if route.startswith("analysis/set-aside/"):
        known["kind"] = "message"
    if route.startswith("taxonomies/"):
        known["slug"] = "get_refund"
    return {name: known[name] for name in re.findall(r"<(?:\w+:)?(\w+)>", route)}


def address_of(pattern: URLPattern, rows):
    """Where a pattern leads to with the rows."""
    route = str(pattern.pattern)
    plain = route.replace("(?P", "")
    return reverse(pattern.name, kwargs=arguments_of(plain, rows))


def is_page(answer: HttpResponse):
    """Whether it is a whole page, not a fragment, a file or the way to another."""
    return answer.status_code == 200 and b"<html" in answer.content[:2000]


def pages_of(client, rows, patterns):
    """Addresses of whole pages by their names, as whoever is logged in gets them; and what an
    address said that neither is a page nor takes posts alone.
    """
    session = client.session
    session[SESSION_KEY] = {"pk": rows["ticket"].customer_id, "at": 4_000_000_000.0}
    session.save()
    pages, strange = {}, {}
    for pattern in patterns:
        if pattern.name in NO_PAGES:
            continue
        try:
            address = address_of(pattern, rows)
        except (NoReverseMatch, KeyError) as error:
            strange[pattern.name] = f"needs an example in OF: {error}"
            continue
        answer = client.get(address)
        if answer.status_code == 200 and not answer.streaming and is_page(answer):
            pages[pattern.name] = address
        elif answer.status_code >= 400 and answer.status_code != 405:
            strange[pattern.name] = f"{answer.status_code} at {address}"
    return pages, strange
