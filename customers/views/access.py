"""The gatekeepers: each fetches one record that the user may see, or answers 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from customers.models import (
    Alarm,
    Article,
    Attachment,
    Audience,
    Customer,
    DuplicatePair,
    EgressRecord,
    Finding,
    Generator,
    GeneratorTrial,
    Import,
    InboundMail,
    Macro,
    Mailbox,
    Message,
    ModelVersion,
    Order,
    OrderReturn,
    OutboundMail,
    Product,
    Question,
    Review,
    Taxon,
    Ticket,
    Topic,
    Training,
    User,
    WeeklyDigest,
)
from customers.models.taxonomy import taxonomies


class StaffRequest(HttpRequest):
    """A request that passed the login: its `user` is never anonymous."""

    user: User


def get_customer_for(user: Any, pk: int) -> Customer:
    """The customer with what their page shows of them."""
    rows = Customer.objects.visible_to(user)
    related = ("segment", "suggested_segment", "segment_set_by")
    return get_object_or_404(rows.select_related(*related).defer("search"), pk=pk)


def refuse_partners(user: Any) -> None:
    """Refuse whoever is no person of the shop: conversations hold notes for staff alone, and
    partners' systems have the API, which leaves them out.
    """
    if not user.is_staff_member:
        raise PermissionDenied


def get_pair_for(user: Any, pk: int) -> DuplicatePair:
    """The pair of possible duplicates with its customers."""
    rows = DuplicatePair.objects.visible_to(user).select_related("first", "second", "entry")
    deferred = rows.defer("first__search", "second__search")
    return get_object_or_404(deferred, pk=pk)


def get_ticket_for(user: Any, pk: int) -> Ticket:
    """The ticket with its customer, and what was decided and suggested; for staff."""
    refuse_partners(user)
    rows = Ticket.objects.visible_to(user).defer(
        "search", "customer__search", "merged_into__search"
    )
    related = (
        "customer",
        "order",
        "intent",
        "suggested_intent",
        "intent_set_by",
        "priority_set_by",
        "assignee",
        "team",
        "merged_into",
        "sla",
        "rating",
    )
    return get_object_or_404(rows.select_related(*related), pk=pk)


def get_attachment_for(user: Any, pk: int) -> Attachment:
    """The file, of a message of a ticket that the user may see; for staff."""
    refuse_partners(user)
    rows = Attachment.objects.visible_to(user)
    return get_object_or_404(rows, pk=pk)


def get_order_of_ticket_for(ticket: Ticket, pk: int) -> Order:
    """An order of the ticket's customer, or the one that the ticket is about."""
    own = Q(pk=ticket.order_id)
    if ticket.customer_id:
        own |= Q(customer=ticket.customer_id)
    rows = Order.objects.filter(own).select_related("customer").defer("customer__search")
    return get_object_or_404(rows, pk=pk)


def get_return_of_ticket_for(ticket: Ticket, pk: int) -> OrderReturn:
    """A return of such an order."""
    made = get_object_or_404(OrderReturn.objects.select_related("order"), pk=pk)
    made.order = get_order_of_ticket_for(ticket, made.order_id)
    return made


def get_message_for(user: Any, pk: int) -> Message:
    """The customer's message with its ticket; what agents wrote is not read by models."""
    rows = Message.objects.visible_to(user).from_customers()
    related = rows.select_related("ticket", "sentiment_set_by").defer("ticket__search")
    return get_object_or_404(related, pk=pk)


def get_review_for(user: Any, pk: int) -> Review:
    """The review."""
    rows = Review.objects.visible_to(user).select_related("sentiment_set_by")
    return get_object_or_404(rows, pk=pk)


def get_product_for(user: Any, pk: int) -> Product:
    """The product."""
    return get_object_or_404(Product.objects.visible_to(user).defer("search"), pk=pk)


def get_order_for(user: Any, pk: int) -> Order:
    """The order with its customer."""
    rows = Order.objects.visible_to(user).select_related("customer", "returned_order")
    return get_object_or_404(rows.defer("customer__search"), pk=pk)


def get_audience_for(user: Any, pk: int) -> Audience:
    """The audience."""
    rows = Audience.objects.visible_to(user).select_related("created_by")
    return get_object_or_404(rows, pk=pk)


def get_article_for(user: Any, pk: int) -> Article:
    """The help article."""
    rows = Article.objects.visible_to(user)
    return get_object_or_404(rows.defer("search", "searched_title", "searched_body"), pk=pk)


def get_macro_for(user: Any, pk: int) -> Macro:
    """The macro."""
    return get_object_or_404(Macro.objects.visible_to(user), pk=pk)


def get_finding_for(user: Any, pk: int) -> Finding:
    """What the radar found."""
    return get_object_or_404(Finding.objects.visible_to(user), pk=pk)


def own_page(request: HttpRequest) -> str:
    """The page of this site that a form asks to be led back to as `next`; "" for none."""
    page = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if own and page.startswith("/") else ""  # anything else would be a view's name


def managers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for managers and admins; others are told that it is not for them."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.is_manager:
            raise PermissionDenied
        return view(request, *args, **named)

    return guarded


def admins_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for admins, such as what lets data leave the machine."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if not request.user.has_role("admin"):
            raise PermissionDenied
        return view(request, *args, **named)

    return guarded


def get_generator_for(user: Any, pk: int) -> Generator:
    """The generator, for managers and admins."""
    return get_object_or_404(Generator.objects.visible_to(user), pk=pk)


def get_trial_for(user: Any, pk: int) -> GeneratorTrial:
    """The try-out with its generator, for managers and admins."""
    rows = GeneratorTrial.objects.visible_to(user).select_related("generator")
    return get_object_or_404(rows, pk=pk)


def get_egress_for(user: Any, pk: int) -> EgressRecord:
    """One entry of the egress ledger, for managers and admins."""
    rows = EgressRecord.objects.visible_to(user).select_related("user", "generator")
    return get_object_or_404(rows, pk=pk)


def get_mailbox_for(user: Any, pk: int) -> Mailbox:
    """The mailbox, for managers and admins."""
    return get_object_or_404(Mailbox.objects.visible_to(user).select_related("team"), pk=pk)


def get_inbound_mail_for(user: Any, pk: int) -> InboundMail:
    """Mail that came, for managers and admins."""
    return get_object_or_404(InboundMail.objects.visible_to(user), pk=pk)


def get_outbound_mail_for(user: Any, pk: int) -> OutboundMail:
    """Mail that goes out, with what it belongs to."""
    rows = OutboundMail.objects.visible_to(user).select_related("message", "rating")
    return get_object_or_404(rows, pk=pk)


def get_model_for(user: Any, pk: int) -> ModelVersion:
    """The model version, for managers and admins; refuses all others."""
    if not user.is_manager:
        raise PermissionDenied
    return get_object_or_404(ModelVersion.objects.select_related("base"), pk=pk)


def get_training_for(user: Any, pk: int) -> Training:
    """The training with its models, for managers and admins; refuses all others."""
    if not user.is_manager:
        raise PermissionDenied
    related = Training.objects.select_related("requested_by", "model", "replaces")
    return get_object_or_404(related, pk=pk)


def get_digest_for(user: Any, pk: int) -> WeeklyDigest:
    """The weekly digest."""
    return get_object_or_404(WeeklyDigest.objects.visible_to(user), pk=pk)


def get_import_for(user: Any, pk: int) -> Import:
    """The import."""
    return get_object_or_404(Import.objects.visible_to(user).select_related("entry"), pk=pk)


def get_taxonomy_for(user: Any, name: str) -> type[Taxon]:
    """The taxonomy called so, for those who may change it; refuses all others."""
    if not user.is_manager:
        raise PermissionDenied
    if name not in taxonomies():
        raise Http404
    return taxonomies()[name]


def get_taxon_for(user: Any, taxonomy: str, slug: str) -> Taxon:
    """One name of a taxonomy, as for the taxonomy."""
    return get_object_or_404(get_taxonomy_for(user, taxonomy), pk=slug)


def get_question_for(user: Any, pk: int) -> Question:
    """The question with who asked, for whom, and what it was handed over to."""
    rows = Question.objects.visible_to(user).select_related(
        "user", "customer", "ticket", "handed_over_to", "reviewed_by", "correct_article"
    )
    deferred = ("customer__search", "ticket__search", "handed_over_to__search")
    return get_object_or_404(rows.defer(*deferred, "correct_article__body"), pk=pk)


def get_topic_for(user: Any, pk: int) -> Topic:
    """The topic, standing or not."""
    rows = Topic.objects.visible_to(user).select_related("merged_into", "name_set_by")
    return get_object_or_404(rows, pk=pk)


def get_alarm_for(user: Any, pk: int) -> Alarm:
    """The alarm with what it is about."""
    return get_object_or_404(Alarm.objects.visible_to(user).select_related("dismissed_by"), pk=pk)
