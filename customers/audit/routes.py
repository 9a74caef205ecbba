"""Which addresses show personal data, and of which records.

Every screen stands in exactly one of the two lists; a test fails for one that does not. The
API and the admin need no list: whatever they show of a model is audited, unless the model is
one of `IMPERSONAL`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext_noop

from customers.models.audit import AuditEntry

# The classes of fields, as a list of entries translates them.
FIELDS = frozenset(
    (
        *(gettext_noop("profile"), gettext_noop("contact"), gettext_noop("custom fields")),
        *(gettext_noop("conversation"), gettext_noop("notes"), gettext_noop("tasks")),
        *(gettext_noop("files"), gettext_noop("purchases"), gettext_noop("reviews")),
        *(gettext_noop("members"), gettext_noop("prospects"), gettext_noop("search")),
        *(gettext_noop("imported rows"), gettext_noop("history"), gettext_noop("progress")),
        gettext_noop("everything"),
    )
)
ASKED, EXPORTED, ACCEPTED = (
    AuditEntry.Action.ASKED,
    AuditEntry.Action.EXPORTED,
    AuditEntry.Action.ACCEPTED,
)


@dataclass(frozen=True)
class Shown:
    """What an address shows: records of this kind, these fields of them.

    `pk` is the argument of the address that names the one record; "" where it names none: then
    those that the page lists count. `action` stands for "seen", or, of a write, for "changed".
    """

    kind: str
    fields: str
    pk: str = "pk"
    action: str = ""


CUSTOMER = Shown("customer", "profile")
TICKET = Shown("ticket", "conversation")
ORDER = Shown("order", "purchases")
DUPLICATE = Shown("duplicatepair", "profile")
QUESTION = Shown("question", "conversation")
MEMBERS = Shown("customer", "members", pk="")
IMPORT = Shown("import", "imported rows")
PROPOSAL = Shown("proposal", "conversation")
COMPANY = Shown("company", "profile")


def _listed(one: Shown) -> Shown:
    return replace(one, pk="")


def _all(one: Shown, *names: str) -> dict[str, Shown]:
    return dict.fromkeys(names, one)


PERSONAL: Mapping[str, Shown] = {
    "home": Shown("ticket", "conversation", pk=""),
    "search": Shown("customer", "search", pk="", action=ASKED),
    "search-meaning": Shown("ticket", "search", pk="", action=ASKED),
    **_all(_listed(CUSTOMER), "customers", "customer-new", "customer-likely-new", "bulk-edit-new"),
    **_all(CUSTOMER, "customer", "customer-edit", "customer-contacts", "customer-notes"),
    **_all(CUSTOMER, "customer-likely", "customer-segment", "customer-analyse"),
    **_all(CUSTOMER, "customer-summary", "customer-timeline", "customer-insight"),
    "customer-contact": Shown("contactpoint", "contact"),
    **_all(Shown("customernote", "notes"), "customer-note", "customer-note-edit"),
    "custom-values": Shown("customer", "custom fields"),
    "customer-segment-page": Shown("customer", "profile", pk=""),
    **_all(COMPANY, "company", "company-edit"),
    **_all(_listed(COMPANY), "companies", "company-new"),
    **_all(Shown("task", "tasks", pk=""), "tasks", "task-new"),
    **_all(Shown("task", "tasks"), "task", "task-change"),
    "export-new": Shown("customer", "profile", pk="", action=EXPORTED),
    "export-file": Shown("export", "profile", action=EXPORTED),
    **_all(Shown("bulkedit", "profile"), "bulk-edit", "bulk-edit-progress"),
    "audience": MEMBERS,
    "audience-members": replace(MEMBERS, action=EXPORTED),
    **_all(_listed(TICKET), "tickets", "tickets-change"),
    **_all(TICKET, "ticket", "ticket-reading", "ticket-change", "ticket-merge", "ticket-split"),
    **_all(TICKET, "ticket-unread", "ticket-reply", "ticket-macro", "ticket-drafts"),
    **_all(TICKET, "ticket-summary", "ticket-fields", "ticket-order", "ticket-order-refund"),
    **_all(TICKET, "ticket-order-cancel", "ticket-order-address", "ticket-order-return"),
    **_all(TICKET, "ticket-return", "ticket-typed", "ticket-typed-drop"),
    "ticket-fields-apply": replace(TICKET, action=ACCEPTED),
    "ticket-undo": Shown("journalentry", "conversation"),
    "ticket-fields-undo": Shown("journalentry", "conversation"),
    "draft-insert": Shown("draft", "conversation", action=ACCEPTED),
    "draft-dismiss": Shown("draft", "conversation"),
    **_all(Shown("attachment", "files"), "attachment", "attachment-picture"),
    "message-sentiment": Shown("message", "conversation"),
    "review-sentiment": Shown("review", "reviews"),
    "reviews": Shown("review", "reviews", pk=""),
    "product": Shown("review", "reviews", pk=""),
    **_all(Shown("customer", "prospects", pk=""), "product-prospects", "product-prospects-rows"),
    "product-prospects-csv": Shown("customer", "prospects", pk="", action=EXPORTED),
    "orders": _listed(ORDER),
    "order": ORDER,
    "topic": Shown("ticket", "conversation", pk=""),
    "aspects": Shown("review", "reviews", pk=""),
    **_all(Shown("finding", "conversation", pk=""), "radar"),
    **_all(Shown("finding", "conversation"), "finding-row", "finding-dismiss", "finding-undo"),
    "finding-draft": Shown("finding", "conversation", action=ASKED),
    "ask": Shown("question", "conversation", pk="", action=ASKED),
    "questions": _listed(QUESTION),
    **_all(QUESTION, "question", "question-again", "question-answer", "question-hand-over"),
    "question-rate": QUESTION,
    "model-answers": _listed(QUESTION),
    **_all(Shown("inboundmail", "conversation", pk=""), "mail-in"),
    **_all(Shown("inboundmail", "conversation"), "mail-in-retry"),
    "mail-in-raw": Shown("inboundmail", "conversation", action=EXPORTED),
    "mail-out": Shown("outboundmail", "conversation", pk=""),
    "mail-out-retry": Shown("outboundmail", "conversation"),
    "journal": Shown("journalentry", "history", pk=""),
    **_all(Shown("journalentry", "history"), "journalentry", "journalentry-undo"),
    "journalentry-progress": Shown("journalentry", "history"),
    "model-egress": Shown("egressrecord", "conversation", pk=""),
    "model-egress-entry": Shown("egressrecord", "conversation"),
    "model-egress-csv": Shown("egressrecord", "conversation", pk="", action=EXPORTED),
    "corrections": Shown("correction", "conversation", pk=""),
    **_all(_listed(DUPLICATE), "duplicates"),
    **_all(DUPLICATE, "duplicatepair", "duplicatepair-apart", "duplicatepair-undo"),
    "proposals": _listed(PROPOSAL),
    **_all(PROPOSAL, "proposal", "proposal-decline"),
    **_all(replace(PROPOSAL, action=ACCEPTED), "proposal-confirm", "proposal-take"),
    **_all(IMPORT, "import", "import-progress", "import-cancel", "import-go-on", "import-undo"),
    "import-rejects": replace(IMPORT, action=EXPORTED),
    "imports": _listed(IMPORT),
    "satisfaction": Shown("satisfactionrating", "conversation", pk=""),
    # what a rule or a service level would meet: tickets, which stand on the page
    **_all(_listed(TICKET), "rule-new", "rule-edit", "service-level-new", "service-level-edit"),
    "rule-log": Shown("rulerun", "history", pk=""),
    **_all(Shown("automaticlabel", "conversation", pk=""), "automation", "error-budget"),
    **_all(Shown("automaticlabel", "conversation"), "automatic-undo", "automatic-undo-row"),
    "automatic-undo-since": Shown("automaticlabel", "conversation", pk=""),
    "audit": Shown("auditentry", "history", pk=""),
    "customer-audit": CUSTOMER,
    **_all(CUSTOMER, "customer-access", "customer-consents", "customer-erase", "customer-hold"),
    "access-file": Shown("accessexport", "everything", action=EXPORTED),
    **_all(Shown("accessexport", "progress"), "accessexport", "access-progress"),
    **_all(Shown("message", "conversation", pk=""), "set-aside", "set-aside-again"),
    "message-redact": Shown("message", "conversation"),
    "connector-webhook-retry": Shown("inboundwebhook", "purchases"),
}

# Sums, settings, articles and products; and the portal, where customers see what is their own.
SILENT = frozenset(
    """
    account_login account_logout account account-sessions-end account_change_password
    account_reauthenticate account_reset_password account_reset_password_done
    account_reset_password_from_key account_reset_password_from_key_done
    mfa_activate_totp mfa_authenticate mfa_deactivate_totp mfa_generate_recovery_codes mfa_index
    mfa_reauthenticate mfa_view_recovery_codes people person person-change role roles
    portal-preferences privacy privacy-come-back retention-try erasure erasure-go-on
    erasure-progress erasure-receipt
    webhooks webhook webhook-new webhook-try webhook-rotate webhook-replay
    webhook-delivery-replay connectors connector connector-new shop-webhook
    set_language analysis-panel analysis-retry api-docs api-schema
    bulk-edit-cancel export export-cancel export-progress exports
    view view-columns view-delete view-save
    custom-fields custom-field-new custom-field-edit custom-field-delete
    audiences audience-new audience-compare audience-products audience-edit audience-size
    audience-archive audience-delete
    ticket-presence products product-prospects-search
    topics topic-name topic-merge topic-split
    alarms alarm-dismiss alarm-undo
    articles article article-new article-edit article-publish article-delete article-versions
    article-version article-restore
    macros macro-new macro-edit
    channels mail-webhook mailbox mailbox-new mailbox-try mailbox-state mailbox-resume
    taxonomy taxonomy-index taxonomy-edit taxonomy-move taxonomy-retire
    insight-sales insight-customers insight-voice insight-digest insight-digests insight-desk
    insight-digest-subscribe api-insight-sales plot plot-of
    models model model-versions model-promote model-train model-assist model-recommendations
    model-generators model-generator model-generator-new model-generator-switch
    model-generator-trial model-generator-try recommender-fit training training-progress
    apikey apikey-new apikey-revoke apikey-rotate keys
    duplicates-search duplicates-progress duplicates-cancel
    mentions-read notices-seen
    rules rule-switch rule-delete
    service-levels service-level-delete
    hours-new hours-edit hours-delete assignment assignment-agent assignment-away
    satisfaction-set health health-details metrics
    portal-again portal-answer portal-article portal-article-short portal-ask portal-category
    portal-contact portal-file portal-forget portal-hand-over portal-home portal-identify
    portal-link portal-question portal-rate portal-reopen portal-search portal-ticket
    portal-tickets portal-widget rate widget-answer widget-hand-over widget-question widget-rate
    widget-script
    """.split()  # noqa: SIM905  # as a list it fills pages
)

# Models of which the API and the admin show nothing personal.
IMPERSONAL = frozenset(
    """
    alarm article articledraft articleversion aspect audience boughttogether businesshours
    cohortcell customfield digestsubscription errorbudget exchangerate feature generator
    generatoruse group holiday importmapping intent macro mailbox modelversion product
    productvector promotion recommendationlift refresh rule satisfactionsettings savedview
    segment similarproduct slapolicy team topic training weeklydigest
    """.split()  # noqa: SIM905  # as a list it fills pages
)
