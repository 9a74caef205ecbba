"""The sender: claims what is due, posts it, and writes down what came of it.

Each endpoint has a lane of its own, a few requests wide: a receiver that hangs holds up nobody
but itself. One thread talks to the database, the others to receivers. A claim is committed
before the request leaves and lasts as long as a request may: what a killed sender had claimed is
taken by the next one. Several senders may run at once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from customers.models import WebhookDelivery, WebhookEndpoint
from customers.outbound.errors import OutboundError
from customers.outbound.exchange import Answer, Call, exchange
from customers.webhooks.payload import body_of
from customers.webhooks.schedule import gap_after
from customers.webhooks.signing import headers_for

MOST_ANSWER_BYTES = 500
MOST_AT_ONCE = 64
LONGEST_RETRY_AFTER_S = 86_400
LEASE_MARGIN_S = 20  # for looking up the host's name, which the time of a request leaves out
GONE = 410
Status = WebhookDelivery.Status


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one request: an answer, or the error for want of one."""

    delivery: WebhookDelivery
    answer: Answer | None = None
    error: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.answer is not None and 200 <= self.answer.status < 300

    @property
    def told(self) -> str:
        """Why it did not arrive."""
        if self.arrived or self.answer is None:
            return self.error
        if 300 <= self.answer.status < 400:
            return f"HTTP {self.answer.status}: leads elsewhere, which is not followed."
        return f"HTTP {self.answer.status}"


class Sender:
    """Sends until it is told to end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="webhook")
        self._under_way: dict[Future[Attempt], WebhookDelivery] = {}

    def run(self, *, until: Callable[[], bool]) -> int:
        """Send what is due and what becomes due, until `until` says so; how much arrived."""
        arrived = 0
        try:
            while not until():
                claimed = self.claim_round()
                arrived += self._settle_finished(settings.WEBHOOK_POLL_SECONDS)
                if not claimed and not self._under_way:
                    time.sleep(settings.WEBHOOK_POLL_SECONDS)
            while self._under_way:
                arrived += self._settle_finished(None)
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
        return arrived

    def drain(self) -> int:
        """Send what is due now, and end; how much arrived."""
        return self.run(until=lambda: not self._under_way and not self._is_anything_due())

    def claim_round(self) -> int:
        """Claim for each endpoint what its lane has room for; how much."""
        now, taken = timezone.now(), Counter(one.endpoint_id for one in self._under_way.values())
        claimed = 0
        # in any order: where there are more lanes than requests at once, each gets its turn
        for endpoint in WebhookEndpoint.objects.open_to(now).order_by("?"):
            wide = 1 if endpoint.opened_at else settings.WEBHOOK_LANE
            room = min(wide - taken[endpoint.pk], MOST_AT_ONCE - len(self._under_way))
            if room <= 0:
                continue
            for delivery in claim(endpoint, room, now):
                self._under_way[self._pool.submit(post, delivery)] = delivery
                claimed += 1
        return claimed

    def _settle_finished(self, timeout_s: float | None) -> int:
        if not self._under_way:
            return 0
        finished, _rest = wait(self._under_way, timeout_s, return_when=FIRST_COMPLETED)
        arrived = 0
        for future in finished:
            del self._under_way[future]
            attempt = future.result()
            settle(attempt)
            arrived += attempt.arrived
        return arrived

    def _is_anything_due(self) -> bool:
        now = timezone.now()
        due = WebhookDelivery.objects.pending().filter(due_at__lte=now)
        return due.filter(endpoint__in=WebhookEndpoint.objects.open_to(now)).exists()


def claim(endpoint: WebhookEndpoint, most: int, now: datetime) -> list[WebhookDelivery]:
    """Take the next deliveries of an endpoint, for as long as a request may last. The attempt
    is counted before it is made.
    """
    lease = timedelta(seconds=settings.WEBHOOK_TIMEOUT_SECONDS + LEASE_MARGIN_S)
    with transaction.atomic():
        due = WebhookDelivery.objects.pending().filter(endpoint=endpoint, due_at__lte=now)
        free = due.order_by("due_at", "id").select_for_update(skip_locked=True)
        pks = list(free.values_list("pk", flat=True)[:most])
        if not pks:
            return []
        # the lease is the time when it is due again, should we never say what came of it
        WebhookDelivery.objects.filter(pk__in=pks).update(
            due_at=now + lease, claimed_until_at=now + lease, tried_at=now,
            attempts=F("attempts") + 1,
        )  # fmt: skip
    rows = WebhookDelivery.objects.filter(pk__in=pks).select_related("event", "endpoint")
    return list(rows.order_by("pk"))


def post(delivery: WebhookDelivery) -> Attempt:
    """Make one attempt. Touches no database, raises nothing: whatever goes wrong is told."""
    endpoint = delivery.endpoint
    try:
        body = body_of(delivery.event)
        signed = headers_for(endpoint, str(delivery.event.uuid), body, timezone.now())
        call = Call(
            endpoint.address,
            body,
            {"Content-Type": "application/json"} | signed,
            timeout_s=settings.WEBHOOK_TIMEOUT_SECONDS,
            on_own_network=endpoint.on_own_network,
            most_bytes=MOST_ANSWER_BYTES,
            cuts=True,
        )
        return Attempt(delivery, exchange(call))
    except OutboundError as error:
        return Attempt(delivery, error=str(error))
    except Exception as error:  # a delivery that cannot even be made must not end the sender
        return Attempt(delivery, error=f"{type(error).__name__}: {error}")


def settle(attempt: Attempt) -> None:
    """Write down what came of an attempt, on the delivery and on its endpoint."""
    now, delivery = timezone.now(), attempt.delivery
    answer = attempt.answer
    columns: dict[str, Any] = {
        "claimed_until_at": None,
        "answer_status": answer.status if answer else None,
        "answer": _readable(answer.body) if answer else "",
        "error": attempt.told[:300],
    }
    if attempt.arrived:
        columns |= {"status": Status.DELIVERED, "delivered_at": now}
    elif gap := gap_after(delivery.attempts, at_least_s=_retry_after(answer)):
        columns |= {"due_at": now + gap}
    else:
        columns |= {"status": Status.FAILED}
    with transaction.atomic():
        # by the claim: a sender that was so slow that another took over changes nothing
        rows = WebhookDelivery.objects.filter(pk=delivery.pk, status=Status.PENDING)
        if not rows.filter(claimed_until_at=delivery.claimed_until_at).update(**columns):
            return
        if attempt.arrived:
            delivery.endpoint.note_success(now)
        else:
            delivery.endpoint.note_failure(attempt.told, now)
        if answer and answer.status == GONE:
            WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(is_active=False)


def _retry_after(answer: Answer | None) -> float:
    """The seconds that a busy receiver asks for, up to a day."""
    try:
        seconds = float(answer.headers.get("retry-after", 0)) if answer else 0.0
    except ValueError:  # a date
        return 0.0
    return min(seconds, LONGEST_RETRY_AFTER_S) if seconds > 0 else 0.0


def _readable(body: bytes) -> str:
    return body.decode("utf-8", "replace").replace("\0", "")[:MOST_ANSWER_BYTES]
