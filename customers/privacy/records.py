"""The records of this app that lead to a customer, column by column."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_noop

from customers.privacy.data_map import Category, Record, register
from customers.privacy.person import Person

IDENTITY, CONTACT, CONTENT = Category.IDENTITY, Category.CONTACT, Category.CONTENT
PROFILE, BEHAVIOUR, FILE = Category.PROFILE, Category.BEHAVIOUR, Category.FILE

OWN, BY_CUSTOMER = ("",), ("customer",)
BY_TICKET, BY_MESSAGE = ("ticket__customer",), ("message__ticket__customer",)
BOOKS = gettext_noop(
    "the books: an order stays as long as the law wants accounts, without the person"
)


def _by_sender(person: Person) -> Q:
    return Q(sender__in=person.emails)


def _written_by_mail(person: Person) -> Q:
    """What they wrote into tickets of others."""
    return Q(inbound_mail__sender__in=person.emails)


def _left_address(person: Person) -> Q:
    return Q(contact_email__in=person.emails) & ~Q(contact_email="")


PEOPLE = (
    Record(
        "customers.Customer",
        OWN,
        {
            "name": IDENTITY, "email": CONTACT, "phone": CONTACT, "company": IDENTITY,
            "country": IDENTITY, "city": IDENTITY, "tags": CONTENT, "notes": CONTENT,
            "custom": CONTENT, "external_id": IDENTITY, "segment_detail": PROFILE,
            "value_reason": PROFILE,
        },
        ("analysis_error", "value_model_version"),
        kept="profile",
    ),
    Record("customers.ContactPoint", BY_CUSTOMER,
           {"value": CONTACT, "normalised": CONTACT, "label": CONTENT}),
    Record("customers.CustomerNote", BY_CUSTOMER, {"body": CONTENT}),
    Record("customers.MergedKey", BY_CUSTOMER, {"external_id": IDENTITY}),
    Record("customers.Consent", BY_CUSTOMER, {"wording": CONTENT, "origin": CONTENT}),
    Record("customers.LegalHold", BY_CUSTOMER, {"reason": CONTENT}),
    Record("customers.AccessExport", BY_CUSTOMER, {"file": FILE}, ("query", "error"),
           hidden=("file",)),
    Record("customers.ErasureRequest", BY_CUSTOMER, {"row_keys": BEHAVIOUR},
           ("done", "counts", "error", "receipt"), hidden=("row_keys",),
           stays="the proof that the person was erased; it tells nothing of them"),
    Record("customers.DuplicatePair", ("first", "second"), {"reasons": CONTENT},
           hidden=("first", "second", "reasons")),
)  # fmt: skip

OPINIONS = (
    Record("customers.RfmChange", BY_CUSTOMER, {}, ("from_class", "to_class")),
    Record("customers.Alarm", BY_CUSTOMER,
           {"subject_name": IDENTITY, "evidence": PROFILE, "key": BEHAVIOUR,
            "row_pks": BEHAVIOUR, "dismiss_reason": CONTENT}, hidden=("key", "row_pks")),
    Record("customers.Recommendation", BY_CUSTOMER, {"reasons": PROFILE}),
    Record("customers.RecommendationShown", BY_CUSTOMER),
    Record("customers.Prospect", BY_CUSTOMER),
    Record("customers.AutomaticLabel", ("customer", *BY_TICKET)),
    Record("customers.Correction",
           ("customer", *BY_TICKET, *BY_MESSAGE, "review__customer"), {}, ("said_label",)),
    Record("customers.Summary", ("customer", *BY_TICKET), {"items": CONTENT}, ("error",)),
    Record("customers.AspectMention", (*BY_MESSAGE, "review__customer")),
)  # fmt: skip

SHOPPING = (
    Record(
        "customers.Order", BY_CUSTOMER,
        {"shipping_address": CONTACT, "custom": CONTENT, "country": IDENTITY},
        kept="orders", stays=BOOKS,
        clears={"customer": None, "shipping_address": "", "custom": {}, "country": ""},
        keeps={"number": "the number of the invoice", "external_id": "the order at its shop"},
    ),
    Record("customers.OrderLine", ("order__customer",), {}, stays=BOOKS,
           keeps={"description": "what was sold, as the invoice says"}),
    Record("customers.OrderReturn", ("order__customer",), {"note": CONTENT}, stays=BOOKS,
           clears={"note": "", "ticket": None}),
    Record("customers.ReturnItem", ("order_return__order__customer",), stays=BOOKS),
    Record("customers.Review", BY_CUSTOMER,
           {"title": CONTENT, "body": CONTENT, "external_id": IDENTITY,
            "sentiment_detail": PROFILE}, ("analysis_error",), kept="reviews"),
)  # fmt: skip

TALKING = (
    Record(
        "customers.Ticket", BY_CUSTOMER,
        {"subject": CONTENT, "custom": CONTENT, "tags": CONTENT, "noted": CONTENT,
         "external_id": IDENTITY, "intent_detail": PROFILE, "priority_detail": PROFILE},
        kept="conversations",
    ),
    Record(
        "customers.Message", BY_TICKET,
        {"body": CONTENT, "quoted_text": CONTENT, "external_id": IDENTITY,
         "sentiment_detail": PROFILE}, ("analysis_error",), also=_written_by_mail,
    ),
    Record("customers.Attachment", BY_MESSAGE,
           {"file": FILE, "name": CONTENT, "content_id": CONTENT}),
    Record("customers.InboundMail", BY_MESSAGE,
           {"raw": FILE, "mail_id": CONTACT, "references": CONTACT, "sender": CONTACT,
            "copied_to": CONTACT, "subject": CONTENT, "error": CONTENT},
           kept="mail", also=_by_sender),
    Record("customers.OutboundMail", (*BY_MESSAGE, "rating__ticket__customer"),
           {"body": CONTENT, "to_address": CONTACT, "copied_to": CONTACT, "subject": CONTENT,
            "mail_id": CONTACT, "in_reply_to": CONTACT, "references": CONTACT, "error": CONTENT}),
    Record("customers.Draft", BY_TICKET,
           {"text": CONTENT, "sources": CONTENT, "note": CONTENT}, ("error",),
           hidden=("sources",)),
    Record("customers.Proposal", ("customer", *BY_TICKET, "order__customer"),
           {"arguments": CONTENT, "base": CONTENT, "reason": CONTENT, "outcome": CONTENT},
           ("fingerprint",)),
    Record("customers.TypedReply", BY_TICKET, {"body": CONTENT}),
    Record("customers.Passage", BY_TICKET, {"heading": CONTENT, "body": CONTENT},
           ("analysis_error",)),
    Record("customers.Notice", BY_TICKET, {"text": CONTENT}),
    Record("customers.Task", ("customer", *BY_TICKET), {"title": CONTENT}),
    Record("customers.AssistEvent", ("customer", *BY_TICKET), {"detail": CONTENT}),
    Record("customers.RuleRun", BY_TICKET, {"failed": CONTENT, "detail": CONTENT}),
    Record("customers.RuleDue", BY_TICKET, {}, ("passed_over", "error")),
    Record("customers.TicketSla", BY_TICKET),
    Record("customers.Presence", BY_TICKET),
    Record("customers.StaffMention", BY_TICKET),
    Record("customers.SatisfactionRating", BY_TICKET, {"reason": CONTENT}),
    Record(
        "customers.Question", ("customer", *BY_TICKET, "handed_over_to__customer"),
        {"text": CONTENT, "page": BEHAVIOUR, "answer": CONTENT, "evidence": CONTENT,
         "closest": CONTENT, "detail": CONTENT, "feedback_reason": CONTENT,
         "correct_answer": CONTENT, "contact_name": IDENTITY, "contact_email": CONTACT},
        ("error",), kept="questions", also=_left_address,
        hidden=("closest", "detail", "evidence"),
    ),
)  # fmt: skip

register(*PEOPLE, *OPINIONS, *SHOPPING, *TALKING)
