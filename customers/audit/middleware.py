"""The middleware that notes who saw and changed what: one entry for each answer that holds
personal data, written before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from customers.audit.recording import Action, Via, record_access
from customers.audit.routes import IMPERSONAL, PERSONAL, Shown
from customers.current_request import current_request

SAFE = ("GET", "HEAD", "OPTIONS")
LISTED = "_listed_rows"
ADMIN, API = "admin", ("api", "intelligence")
MOST_ON_A_PAGE = 1000


def note_listed(request: Any, kind: str, pks: Iterable[int]) -> None:
    """Tell the audit which rows the page lists; the last such list of a request counts."""
    setattr(request, LISTED, (kind, list(pks)[:MOST_ON_A_PAGE]))


class AuditAccess:
    """Notes each answer that shows or changes records with personal data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, once it is noted."""
        response = self.get_response(request)
        user: Any = getattr(request, "user", None)
        if user is not None and user.is_authenticated and _tells(request, response):
            note_access(request, response, by=user, via=_via(request), route=_route(request))
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """What is written deep beneath the view says where it came in."""
        if (facts := current_request()) is not None:
            facts.via, facts.route, facts.request = _via(request), _route(request), request


def note_access(request: HttpRequest, response: Any, *, by: Any, via: str, route: str) -> None:
    """Note what an answer shows or changed, as the address of its request says."""
    shown = shown_by(request)
    if shown is None:
        return
    facts, writes = current_request(), request.method not in SAFE
    if writes and facts is not None and facts.journalled:
        return  # the journal noted it, in the transaction of the change
    action = shown.action or (Action.CHANGED if writes else Action.SEEN)
    kind, pks = _records(shown, request, response)
    record_access(action, via=via, by=by, kind=kind, pks=pks, fields=shown.fields, route=route)


# plots of one record, by the first word of their name
OF_PLOTS = {"customer": Shown("customer", "plots"), "ticket": Shown("ticket", "plots")}


def shown_by(request: HttpRequest) -> Shown | None:
    """What the address of a request shows of personal data; None for nothing."""
    match = request.resolver_match
    if match is None:
        return None
    if match.app_names[:1] == [ADMIN]:
        return _shown_in_admin(request)
    if match.namespaces[:1] and match.namespaces[0] in API:
        return _shown_by_api(match)
    if match.view_name == "plot-of":
        return OF_PLOTS.get(match.kwargs["name"].partition("-")[0])
    return PERSONAL.get(match.view_name)


def _shown_in_admin(request: HttpRequest) -> Shown | None:
    match: Any = request.resolver_match
    name = match.url_name or ""
    kind = request.GET.get("model_name", "") if name == "autocomplete" else _model_of(name)
    named = "object_id" if "object_id" in match.kwargs else ""
    return Shown(kind, "all", pk=named) if kind and kind not in IMPERSONAL else None


def _model_of(name: str) -> str:
    """The model in the name of an admin page, such as customers_ticket_changelist."""
    parts = name.split("_")
    return parts[1] if len(parts) > 2 else ""


def _shown_by_api(match: Any) -> Shown | None:
    view: Any = getattr(match.func, "cls", None) or getattr(match.func, "view_class", None)
    rows = getattr(view, "queryset", None)
    kind = rows.model._meta.model_name if rows is not None else getattr(view, "audited_kind", "")
    if match.url_name in OF_CUSTOMERS:
        kind = "customer"
    return Shown(kind, "all") if kind and kind not in IMPERSONAL else None


# endpoints of impersonal records that list customers
OF_CUSTOMERS = ("audience-customers", "product-prospects", "live", "live-by-key")


def _records(shown: Shown, request: HttpRequest, response: Any) -> tuple[str, list[int]]:
    match: Any = request.resolver_match
    named = match.kwargs.get(shown.pk) if shown.pk else None
    if named is not None and str(named).isascii() and str(named).isdigit():
        return shown.kind, [int(named)]
    if (listed := getattr(request, LISTED, None)) is not None:
        return listed[0], listed[1]
    return shown.kind, _keys_in(response)


def _keys_in(response: Any) -> list[int]:
    """The keys of the rows in an answer of the API, or on a list of the admin."""
    data = getattr(response, "data", None)
    if isinstance(data, dict):
        rows = data["results"] if isinstance(data.get("results"), list) else [data]
        keys = [row.get("id") for row in rows if isinstance(row, dict)]
        return [key for key in keys if isinstance(key, int)]
    context = getattr(response, "context_data", None) or {}
    shown = getattr(context.get("cl"), "result_list", None) or []
    return [row.pk for row in shown if isinstance(row.pk, int)]


def _tells(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether something was shown or done: a page that came, a write that was taken."""
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return True
    is_redirect = response.status_code in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
    return is_redirect and request.method not in SAFE


def _via(request: HttpRequest) -> str:
    match: Any = request.resolver_match
    if match is not None and match.app_names[:1] == [ADMIN]:
        return Via.ADMIN
    return Via.API if request.path.startswith("/api/") else Via.SCREEN


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name[:80] if match is not None else ""
