"""The tools: each is an operation of the API under a name, with fewer things to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import Resolver404, resolve

from customers.models import ApiKey
from customers.partners.scopes import READ, WRITE
from customers.proposals.kinds import KINDS

ROOT = "/api/v1/"
SUGGESTED = 20  # rows of a page, unless another number is asked for
MOST_ROWS = 50


@dataclass(frozen=True)
class Tool:
    """`path` is under the API's root, with its arguments in braces. `takes` names the values of
    the body that it offers (None: all), `needs` those without which it is refused; `fixed` are
    values of the body that are always so, `usual` those of the query unless others are given.
    """

    name: str
    title: str
    says: str
    path: str
    method: str = "GET"
    takes: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    usual: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it pages through rows."""
        return "page_size" in self.usual

    @property
    def view(self) -> Any:
        """The view behind it; None where nothing is at its address."""
        try:
            func: Any = resolve(self.address({"id": 1})).func
        except Resolver404:
            return None
        return getattr(func, "cls", None) or func.view_class

    def address(self, arguments: Mapping[str, Any]) -> str:
        """Where it leads with these arguments."""
        return ROOT + self.path.format_map(arguments)

    def is_open_to(self, key: ApiKey) -> bool:
        """Whether the key's scopes open it."""
        view = self.view
        if view is None or getattr(view, "lists_addresses", False):
            return view is not None
        return key.allows(f"{view.scope}:{READ if self.method == 'GET' else WRITE}")


def _list(name: str, title: str, says: str, part: str, fields: str = "") -> Tool:
    usual = {"page_size": SUGGESTED} | ({"fields": fields} if fields else {})
    return Tool(name, title, says, f"{part}/", usual=usual)


def _one(name: str, title: str, says: str, part: str) -> Tool:
    return Tool(name, title, says, f"{part}/{{id}}/")


READING = (
    Tool(
        "search",
        "Search",
        "Find customers, orders, tickets, products and help articles by words, numbers or "
        "addresses. Start here when you have no id.",
        "search/",
    ),
    _list(
        "list_customers",
        "Customers",
        "Customers, the newest first. `fields` asks for other fields, such as `measures`.",
        "customers",
        "id,name,email,company,country,tags,segment,statistics,updated_at",
    ),
    _one(
        "get_customer",
        "A customer",
        "A customer with statistics, measures (RFM, value, chance to buy again) and the segment: "
        "the model's label, its probability, whether it abstained, the evidence and its version, "
        "beside what staff decided.",
        "customers",
    ),
    _list(
        "list_tickets",
        "Tickets",
        "Tickets without their messages, the newest first.",
        "tickets",
        "id,customer,order,subject,status,priority,channel,tags,team,assignee,version,opened_at,"
        "last_message_at,sentiment,intent,topic",
    ),
    _one(
        "get_ticket",
        "A ticket",
        "A ticket with its messages and what models read in it: intent, priority and sentiment, "
        "each with probability, abstention, evidence and version.",
        "tickets",
    ),
    _list(
        "list_orders",
        "Orders",
        "Orders without their lines, the newest first.",
        "orders",
        "id,number,customer,kind,status,payment,fulfilment,placed_at,currency,total",
    ),
    _one("get_order", "An order", "An order with its lines.", "orders"),
    _list(
        "list_products",
        "Products",
        "Products with stock, price, rating and sentiment.",
        "products",
        "id,sku,name,category,brand,price,currency,stock,is_active,rating_average,sentiment_score",
    ),
    _one("get_product", "A product", "A product.", "products"),
    _list(
        "list_reviews",
        "Reviews",
        "Reviews with the sentiment that was read in them, and the aspects.",
        "reviews",
    ),
    _list(
        "list_articles",
        "Help articles",
        "Help articles without their bodies.",
        "articles",
        "id,title,category,language,status,visibility,expires_on",
    ),
    _one("get_article", "A help article", "A help article.", "articles"),
    _list("list_segments", "Segments", "The names of segments of customers.", "segments"),
    _list("list_intents", "Intents", "The names of what customers want.", "intents"),
    _list(
        "list_recommendations",
        "Recommendations",
        "Products recommended to a customer, with the reasons.",
        "recommendations",
    ),
    _list("list_alarms", "Alarms", "Changes that are larger than chance.", "alarms"),
    Tool("get_sales", "Sales", "Sales over a period by day, week or month.", "insight/sales/"),
    _list(
        "list_predictions",
        "Predictions",
        "The ledger of predictions on a record: task, model, hash of the input, output, time.",
        "predictions",
    ),
    Tool(
        "ask_question",
        "Ask the shop's knowledge",
        "Ask in the words of a customer. The answer quotes the shop's own articles, with "
        "citations, or says that it does not know. Where `status` is `pending`, call "
        "get_question with its id.",
        "questions/",
        method="POST",
        waits=True,
    ),
    Tool(
        "get_question",
        "A question's answer",
        "A question with its answer, once a worker is done.",
        "questions/{id}/",
        waits=True,
    ),
    _list("list_proposals", "Proposals", "What you proposed, and what was decided.", "proposals"),
    _one("get_proposal", "A proposal", "A proposal, and what was decided about it.", "proposals"),
)

PROPOSING = tuple(
    Tool(
        f"propose_{name}",
        f"Propose: {name.replace('_', ' ')}",
        f"{kind.says} Nothing happens before a person of the shop confirms it.",
        "proposals/",
        method="POST",
        takes=(*kind.about, "reason", *kind.arguments),
        needs=(*(() if kind.is_either else kind.about), "reason", *kind.needs),
        fixed={"kind": name},
    )
    for name, kind in KINDS.items()
)

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in (*READING, *PROPOSING)}


def tools_of(key: ApiKey) -> list[Tool]:
    """The tools that the key opens."""
    return [tool for tool in TOOLS.values() if tool.is_open_to(key)]
