"""The sentences that statements are told in: one form for each direction, none with a number.

Placeholders are the columns of stored queries or names given to figures. A number stands in
a sentence only through one of them: a digit in the text itself, or in its translation, is
found by the check, and the sentence is then not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

FORMS: Mapping[str, Any] = {
    # the desk
    "desk_flow": ngettext_lazy(
        "%(opened)s ticket came in, and %(solved)s were solved.",
        "%(opened)s tickets came in, and %(solved)s were solved.",
        "opened",
    ),
    "desk_reply": _(
        "Half of the first replies took at most %(reply)s of working time, and nine of ten "
        "%(reply_p90)s."
    ),
    "desk_rated": ngettext_lazy(
        "%(ratings)s customer rated how they were served; %(satisfied)s were satisfied.",
        "%(ratings)s customers rated how they were served; %(satisfied)s were satisfied.",
        "ratings",
    ),
    "desk_late": ngettext_lazy(
        "%(late)s first reply was later than the service level promises.",
        "%(late)s first replies were later than the service level promises.",
        "late",
    ),
    # what was sold
    "revenue_rose": ngettext_lazy(
        "Revenue rose by %(revenue_change)s to %(revenue)s; in the day before it was "
        "%(revenue_before)s.",
        "Revenue rose by %(revenue_change)s to %(revenue)s; in the %(days)s days before it was "
        "%(revenue_before)s.",
        "days",
    ),
    "revenue_fell": ngettext_lazy(
        "Revenue fell by %(revenue_change)s to %(revenue)s; in the day before it was "
        "%(revenue_before)s.",
        "Revenue fell by %(revenue_change)s to %(revenue)s; in the %(days)s days before it was "
        "%(revenue_before)s.",
        "days",
    ),
    "revenue_steady": ngettext_lazy(
        "Revenue was %(revenue)s, which is not clearly more or less than in the day before "
        "(%(revenue_before)s).",
        "Revenue was %(revenue)s, which is not clearly more or less than in the %(days)s days "
        "before (%(revenue_before)s).",
        "days",
    ),
    "revenue_alone": ngettext_lazy(
        "Revenue was %(revenue)s, from %(orders)s order.",
        "Revenue was %(revenue)s, from %(orders)s orders.",
        "orders",
    ),
    "only_returns": ngettext_lazy(
        "Nothing was sold, and %(returns)s order came back, worth %(returned)s.",
        "Nothing was sold, and %(returns)s orders came back, worth %(returned)s.",
        "returns",
    ),
    "also_in": ngettext_lazy(
        "Besides, %(orders)s order brought %(revenue)s.",
        "Besides, %(orders)s orders brought %(revenue)s.",
        "orders",
    ),
    "orders_rose": ngettext_lazy(
        "There was %(orders)s order, %(orders_change)s more than before.",
        "There were %(orders)s orders, %(orders_change)s more than before.",
        "orders",
    ),
    "orders_fell": ngettext_lazy(
        "There was %(orders)s order, %(orders_change)s fewer than before.",
        "There were %(orders)s orders, %(orders_change)s fewer than before.",
        "orders",
    ),
    "order_value_rose": _(
        "An order brought %(order_value)s in the mean, %(order_value_change)s more than before "
        "(%(order_value_before)s)."
    ),
    "order_value_fell": _(
        "An order brought %(order_value)s in the mean, %(order_value_change)s less than before "
        "(%(order_value_before)s)."
    ),
    "best_month": _("Most was sold in %(month)s: %(revenue)s."),
    "best_day": _("Most was sold on %(day)s: %(revenue)s."),
    "country_leads": _("%(share)s of the revenue came from one country: %(name)s."),
    "country_rose": _("Revenue from %(name)s rose by %(change)s to %(revenue)s."),
    "country_fell": _("Revenue from %(name)s fell by %(change)s to %(revenue)s."),
    "product_rose": _("“%(name)s” rose most, from %(revenue_before)s to %(revenue)s."),
    "product_fell": _("“%(name)s” fell most, from %(revenue_before)s to %(revenue)s."),
    "product_new": _("“%(name)s” sold for the first time in a while, for %(revenue)s."),
    # what came back
    "return_rate_rose": _(
        "More came back: %(return_rate)s of all orders were returns, and before "
        "%(return_rate_before)s."
    ),
    "return_rate_fell": _(
        "Less came back: %(return_rate)s of all orders were returns, and before "
        "%(return_rate_before)s."
    ),
    "largest_return": _(
        "One return of %(day)s was worth %(amount)s: %(share)s of all that came back."
    ),
    # who bought
    "new_customers_rose": ngettext_lazy(
        "%(new_customers)s customer bought for the first time, %(new_customers_change)s more "
        "than before.",
        "%(new_customers)s customers bought for the first time, %(new_customers_change)s more "
        "than before.",
        "new_customers",
    ),
    "new_customers_fell": ngettext_lazy(
        "%(new_customers)s customer bought for the first time, %(new_customers_change)s fewer "
        "than before.",
        "%(new_customers)s customers bought for the first time, %(new_customers_change)s fewer "
        "than before.",
        "new_customers",
    ),
    "new_share": _("%(new_share)s of the orders were the first of a customer."),
    "concentration": _(
        "The %(customers)s of customers who spend most have brought %(spent)s of all spending so "
        "far."
    ),
    "top_customer": _("%(name)s has spent most of all: %(spent)s."),
    # what customers said
    "messages_better": ngettext_lazy(
        "Messages sound better: the mean sentiment of %(texts)s message was %(score)s, before it "
        "was %(score_before)s.",
        "Messages sound better: the mean sentiment of %(texts)s messages was %(score)s, before "
        "it was %(score_before)s.",
        "texts",
    ),
    "messages_worse": ngettext_lazy(
        "Messages sound worse: the mean sentiment of %(texts)s message was %(score)s, before it "
        "was %(score_before)s.",
        "Messages sound worse: the mean sentiment of %(texts)s messages was %(score)s, before it "
        "was %(score_before)s.",
        "texts",
    ),
    "messages_level": ngettext_lazy(
        "Customers wrote %(texts)s message with a mean sentiment of %(score)s; %(negative)s "
        "negative.",
        "Customers wrote %(texts)s messages with a mean sentiment of %(score)s; %(negative)s of "
        "them were negative.",
        "texts",
    ),
    "reviews_better": ngettext_lazy(
        "Reviews sound better: the mean sentiment of %(texts)s review was %(score)s, before it "
        "was %(score_before)s.",
        "Reviews sound better: the mean sentiment of %(texts)s reviews was %(score)s, before it "
        "was %(score_before)s.",
        "texts",
    ),
    "reviews_worse": ngettext_lazy(
        "Reviews sound worse: the mean sentiment of %(texts)s review was %(score)s, before it "
        "was %(score_before)s.",
        "Reviews sound worse: the mean sentiment of %(texts)s reviews was %(score)s, before it "
        "was %(score_before)s.",
        "texts",
    ),
    "reviews_level": ngettext_lazy(
        "Customers wrote %(texts)s review with a mean sentiment of %(score)s; %(negative)s "
        "negative.",
        "Customers wrote %(texts)s reviews with a mean sentiment of %(score)s; %(negative)s of "
        "them were negative.",
        "texts",
    ),
    "tickets_rose": ngettext_lazy(
        "There was %(texts)s ticket, %(change)s more than before.",
        "There were %(texts)s tickets, %(change)s more than before.",
        "texts",
    ),
    "tickets_fell": ngettext_lazy(
        "There was %(texts)s ticket, %(change)s fewer than before.",
        "There were %(texts)s tickets, %(change)s fewer than before.",
        "texts",
    ),
    "intent_rose": _("Tickets about “%(topic)s” rose from %(texts_before)s to %(texts)s."),
    "intent_fell": _("Tickets about “%(topic)s” fell from %(texts_before)s to %(texts)s."),
    "review_aspect_better": _(
        "“%(topic)s” sounds better in reviews: %(score)s, before %(score_before)s."
    ),
    "review_aspect_worse": _(
        "“%(topic)s” sounds worse in reviews: %(score)s, before %(score_before)s."
    ),
    "message_aspect_better": _(
        "“%(topic)s” sounds better in messages: %(score)s, before %(score_before)s."
    ),
    "message_aspect_worse": _(
        "“%(topic)s” sounds worse in messages: %(score)s, before %(score_before)s."
    ),
    # one customer
    "profile_orders": ngettext_lazy(
        "%(orders)s order worth %(spent)s, placed on %(last_order)s.",
        "%(orders)s orders worth %(spent)s since %(first_order)s, the last on %(last_order)s.",
        "orders",
    ),
    "profile_rfm": _("By how lately, how often and how much they buy: %(rfm)s."),
    "profile_expected": _("Expected of them in the coming three months: %(expected)s."),
    "profile_returns": ngettext_lazy(
        "%(returns)s return, which is %(return_rate)s of the orders.",
        "%(returns)s returns, which is %(return_rate)s of the orders.",
        "returns",
    ),
    "profile_open": ngettext_lazy(
        "%(open_tickets)s ticket is open.", "%(open_tickets)s tickets are open.", "open_tickets"
    ),
    "profile_score": _("Their latest texts have a mean sentiment of %(score)s."),
    "profile_topic": _("They write most about: %(topic)s."),
    "profile_complaint": _("The last complaint, of %(day)s: %(subject)s."),
}
