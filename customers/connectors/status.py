"""What became of orders, told to the shops that they came from, where an admin turned it on.

Each call is entered in the egress ledger before it leaves, and completed when it ended.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Connector, EgressRecord, ShopStatus, SourceVersion
from customers.models.generator import SHOP
from customers.outbound.errors import OutboundError, Reason
from customers.outbound.exchange import Answer, Call, exchange, host_of
from customers.webhooks.schedule import gap_after

LEASE = timedelta(minutes=2)
OUTCOMES = {Reason.SLOW: EgressRecord.Outcome.SLOW, Reason.FORBIDDEN: EgressRecord.Outcome.REFUSED}
# What an order of WooCommerce is called by its own words.
WOO_STATUS = {"shipped": "completed", "delivered": "completed", "refunded": "refunded"}
SHOPIFY_VERSION = "2025-07"


@dataclass(frozen=True, slots=True)
class _Request:
    """A call to a shop's API: no personal data is in it."""

    method: str
    path: str
    body: Mapping[str, object]
    headers: Mapping[str, str]


def tell_due(most: int = 100) -> int:
    """Tell what is due; how much the shops took."""
    due = ShopStatus.objects.filter(status=ShopStatus.Status.PENDING, due_at__lte=timezone.now())
    pks = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:most])
    return sum(_tell(pk) for pk in pks)


def _tell(pk: int) -> bool:
    now = timezone.now()
    due = ShopStatus.objects.filter(pk=pk, status=ShopStatus.Status.PENDING, due_at__lte=now)
    if not due.update(attempts=F("attempts") + 1, due_at=now + LEASE):
        return False
    row = ShopStatus.objects.select_related("connector", "order").get(pk=pk)
    if not (row.connector.is_active and row.connector.sends_status):
        _settle(row, ShopStatus.Status.FAILED, _("The shop is no longer told of orders."))
        return False
    try:
        answer = _sent(row)
    except (OutboundError, LookupError) as error:
        _try_later(row, str(error.args[0]))
        return False
    if not 200 <= answer.status < 300:
        _try_later(row, f"HTTP {answer.status}")
        return False
    _settle(row, ShopStatus.Status.TOLD, "")
    return True


def _sent(row: ShopStatus) -> Answer:
    """The shop's answer. Raises OutboundError, and LookupError where something is not there."""
    connector, request = row.connector, _request(row)
    body = json.dumps(request.body).encode()
    address = connector.address.rstrip("/") + request.path
    record, started = _entered(row, request, address, body), time.monotonic()
    outcome, status, detail, size = EgressRecord.Outcome.DOWN, None, "", 0
    try:
        answer = exchange(
            Call(
                address,
                body,
                {"Content-Type": "application/json", **request.headers},
                method=request.method,
                timeout_s=settings.WEBHOOK_TIMEOUT_SECONDS,
                on_own_network=connector.on_own_network,
                most_bytes=100_000,
                cuts=True,
            )
        )
        status, size = answer.status, len(answer.body)
        is_taken = 200 <= answer.status < 300
        outcome = EgressRecord.Outcome.DONE if is_taken else EgressRecord.Outcome.REFUSED
        return answer
    except OutboundError as error:
        outcome, detail = OUTCOMES.get(error.reason, outcome), str(error)
        raise
    finally:
        took = round((time.monotonic() - started) * 1000)
        record.complete(outcome, status=status, bytes_in=size, detail=detail, latency_ms=took)


def _entered(row: ShopStatus, request: _Request, address: str, body: bytes) -> EgressRecord:
    with transaction.atomic(durable=True):
        return EgressRecord.objects.create(
            feature=SHOP,
            generator_name=row.connector.name,
            purpose=f"{row.order.number}: {row.said}"[:200],
            host=host_of(address),
            method=request.method,
            address=address[:500],
            fields=["status"],
            body=body.decode(),
            bytes_out=len(body),
        )


def _request(row: ShopStatus) -> _Request:
    connector = row.connector
    token = settings.SHOP_SECRETS.get(connector.token_variable, "")
    if not token:
        raise LookupError(_("The environment has no %s.") % connector.token_variable)
    key = _shops_id(row)
    if connector.kind == Connector.Kind.SHOPIFY:
        field = {
            "namespace": "rapport",
            "key": "status",
            "value": row.said,
            "type": "single_line_text_field",
        }
        path = f"/admin/api/{SHOPIFY_VERSION}/orders/{key}/metafields.json"
        return _Request("POST", path, {"metafield": field}, {"X-Shopify-Access-Token": token})
    headers = {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}"}
    path = f"/wp-json/wc/v3/orders/{key}"
    if row.said in WOO_STATUS:
        return _Request("PUT", path, {"status": WOO_STATUS[row.said]}, headers)
    note = {"note": f"Rapport: {row.said}", "customer_note": False}
    return _Request("POST", f"{path}/notes", note, headers)


def _shops_id(row: ShopStatus) -> str:
    """The shop's own id of the order, which its webhooks told."""
    known = SourceVersion.objects.filter(
        kind="order", source=row.order.source, record_keys__contains=[row.order.external_id]
    )
    key = known.values_list("external_id", flat=True).first()
    if key is None:
        raise LookupError(_("No webhook told the shop's own id of the order yet."))
    return key


def _try_later(row: ShopStatus, why: str) -> None:
    gap = gap_after(row.attempts)
    if gap is None:
        _settle(row, ShopStatus.Status.FAILED, why)
        return
    rows = ShopStatus.objects.filter(pk=row.pk)
    rows.update(due_at=timezone.now() + gap, error=why[:300])


def _settle(row: ShopStatus, status: str, error: str) -> None:
    ShopStatus.objects.filter(pk=row.pk).update(status=status, error=error[:300])
