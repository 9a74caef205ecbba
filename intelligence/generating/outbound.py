"""How generators are asked: every request to one goes through `send`, and so through the door.

It is entered in the egress ledger before it leaves, in a transaction of its own, and the
entry is completed when it ended: a process that dies in between leaves a pending entry.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.models import Customer, EgressRecord, Generator, User
from customers.outbound.errors import OutboundError
from customers.outbound.errors import Reason as Fault
from customers.outbound.exchange import Call, exchange
from intelligence.engines.generators.contract import Generated, GeneratorError, Reason
from intelligence.engines.generators.openai_compatible import (
    MOST_ANSWER_BYTES,
    NOT_JSON,
    Read,
    Received,
    TryAgainError,
)
from intelligence.generating.costs import cost_of

MOST_BODY_BYTES = 256 * 1024  # what leaves is in the ledger whole, so it must be small
MOST_COUNTED = 2_147_483_647
FAULTS = {
    Fault.FORBIDDEN: Reason.SETUP,
    Fault.UNKNOWN_HOST: Reason.DOWN,
    Fault.UNREACHED: Reason.DOWN,
    Fault.BROKEN: Reason.DOWN,
    Fault.SLOW: Reason.SLOW,
    Fault.NO_HTTP: Reason.NONSENSE,
    Fault.ENDLESS: Reason.NONSENSE,
}
HEALING = {Fault.UNKNOWN_HOST, Fault.UNREACHED}  # nothing has left yet


@dataclass(frozen=True, slots=True)
class Request:
    """What is about to leave: to which `path` of a generator's address, for whom and why.

    `fields` names what is in the body, `masked` counts its placeholders by type. `key` goes
    into a header and nowhere else.
    """

    generator: Generator
    path: str
    body: bytes
    feature: str
    user: User | None
    purpose: str
    fields: list[str]
    masked: dict[str, int] = field(default_factory=dict)
    key: str = ""
    customer: Customer | None = None

    @property
    def address(self) -> str:
        """The whole address."""
        return self.generator.base_url.rstrip("/") + self.path


@dataclass(slots=True)
class _Outcome:
    """What is entered when a request ended."""

    outcome: str = EgressRecord.Outcome.DONE
    status: int | None = None
    bytes_in: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    detail: str = ""


def send(request: Request, timeout_s: float, read: Read) -> Generated:
    """Post a request, and what `read` makes of the answer. Raises GeneratorError.

    No redirect is followed, no proxy of the environment is used, and an answer above
    `MOST_ANSWER_BYTES` is not read to its end. Must not be called inside a transaction: a
    roll-back would take the entry away.
    """
    if len(request.body) > MOST_BODY_BYTES:
        raise GeneratorError(Reason.SETUP, "The texts are too long to be sent.")
    record, seen, started = _entered(request), _Outcome(), time.monotonic()
    try:
        return _exchanged(request, timeout_s, read, seen)
    except GeneratorError as error:
        seen.outcome, seen.detail = _outcome_of(error), str(error)
        raise
    except BaseException as error:
        seen.outcome, seen.detail = EgressRecord.Outcome.DOWN, type(error).__name__
        raise
    finally:
        _complete(record, request, seen, time.monotonic() - started)


def _entered(request: Request) -> EgressRecord:
    """The pending entry, committed: `durable` refuses to be part of another transaction."""
    generator = request.generator
    with transaction.atomic(durable=True):
        return EgressRecord.objects.create(
            feature=request.feature,
            user=request.user,
            customer=request.customer,
            generator=generator,
            generator_name=generator.name,
            purpose=request.purpose,
            host=generator.host,
            method="POST",
            address=request.address,
            fields=request.fields,
            body=request.body.decode(),
            bytes_out=len(request.body),
            masked=request.masked,
            currency=generator.currency,
        )


def _exchanged(request: Request, timeout_s: float, read: Read, seen: _Outcome) -> Generated:
    try:
        answer = exchange(_call(request, timeout_s))
    except OutboundError as error:
        reason, message = FAULTS[error.reason], str(error)
        if error.reason in HEALING:
            raise TryAgainError(reason, message) from error
        raise GeneratorError(
            reason, NOT_JSON if error.reason == Fault.NO_HTTP else message
        ) from error
    seen.status, seen.bytes_in = answer.status, len(answer.body)
    generated = read(Received(answer.status, answer.headers, answer.body))
    seen.tokens_in, seen.tokens_out = generated.tokens_in, generated.tokens_out
    return generated


def _call(request: Request, timeout_s: float) -> Call:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if request.key:
        headers["Authorization"] = f"Bearer {request.key}"
    return Call(
        request.address,
        request.body,
        headers,
        timeout_s=timeout_s,
        on_own_network=request.generator.on_own_network,
        most_bytes=MOST_ANSWER_BYTES,
    )


def _outcome_of(error: GeneratorError) -> str:
    known = EgressRecord.Outcome.values
    return error.reason.value if error.reason.value in known else EgressRecord.Outcome.REFUSED


def _complete(record: EgressRecord, request: Request, seen: _Outcome, seconds: float) -> None:
    columns: dict[str, Any] = {
        "status": seen.status,
        "bytes_in": seen.bytes_in,
        "tokens_in": seen.tokens_in,
        "tokens_out": seen.tokens_out,
        "cost": _cost(request, seen),
        "detail": seen.detail,
        "latency_ms": min(round(seconds * 1000), MOST_COUNTED),
    }
    record.complete(seen.outcome, **columns)


def _cost(request: Request, seen: _Outcome) -> Decimal:
    return cost_of(request.generator, seen.tokens_in, seen.tokens_out)
