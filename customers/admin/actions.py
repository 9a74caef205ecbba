"""What staff can do to the chosen rows of a list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db import models
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.accounts.exporting import refuse_export
from customers.admin.csv_export import csv_response
from customers.models import hidden_fields

MOST_DELETED = 1000


@admin.action(permissions=["change"], description=_("Analyse again"))
def analyse_again(model_admin: Any, request: HttpRequest, rows: models.QuerySet) -> None:
    """Make the rows that models read pending, whatever their state."""
    asked = model_admin.read_rows(rows).request_analysis()
    said = ngettext("%(n)d row will be read again.", "%(n)d rows will be read again.", asked)
    model_admin.message_user(request, said % {"n": asked}, messages.SUCCESS)


@admin.action(permissions=["view"], description=_("Export CSV"))
def export_csv(
    model_admin: Any, request: HttpRequest, rows: models.QuerySet
) -> StreamingHttpResponse:
    """The rows as a file for spreadsheets, streamed."""
    name = f"{model_admin.opts.model_name}.csv"
    refuse_export(request.user)
    hidden = hidden_fields(request.user, model_admin.opts.model_name)
    columns = [path for path in model_admin.export_columns if path not in hidden]
    return csv_response(request, rows, columns, name)


@admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
def delete_few(
    model_admin: Any, request: HttpRequest, rows: models.QuerySet
) -> HttpResponse | None:
    """As Django's, for up to `MOST_DELETED` rows.

    Its page of confirmation holds every row and what hangs on it in memory.
    """
    if rows.order_by()[: MOST_DELETED + 1].count() <= MOST_DELETED:
        return delete_selected(model_admin, request, rows)
    refusal = _("At most %(n)d rows can be deleted at once; choose fewer.") % {"n": MOST_DELETED}
    model_admin.message_user(request, refusal, messages.ERROR)
    return None
