"""One request and its answer, within bounds: of time as a whole, of bytes, and of where it goes.

No redirect is followed and no proxy of the environment is used. A host's name is looked up once
and the connection made to an address that was checked; a connection serves one request.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpcore

from customers.outbound.connections import BoundedBackend
from customers.outbound.errors import OutboundError, Reason

USUAL_PORTS = {b"http": 80, b"https": 443}


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to leave. `on_own_network` allows private addresses, because an admin
    said so; of the answer at most `most_bytes` are read, and with `cuts` the rest is left away.
    """

    address: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    timeout_s: float = 10.0
    on_own_network: bool = False
    most_bytes: int = 1_000_000
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, headers by small letters, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(call: Call) -> Answer:
    """Send a request and give its answer, whatever its status. Raises OutboundError."""
    _check_address(call.address)
    try:
        return _exchanged(call)
    except httpcore.TimeoutException as error:
        told = f"The server did not answer within {call.timeout_s:.0f} s."
        raise OutboundError(Reason.SLOW, told) from error
    except (httpcore.ConnectError, ConnectionRefusedError) as error:
        told = f"{host_of(call.address)} is not reached."
        raise OutboundError(Reason.UNREACHED, told) from error
    except (httpcore.NetworkError, OSError) as error:
        raise OutboundError(Reason.BROKEN, "The connection broke off.") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
        raise OutboundError(
            Reason.NO_HTTP, "The server does not speak HTTP as expected."
        ) from error


def _check_address(address: str) -> None:
    try:
        parts = httpcore.URL(address)
    except (TypeError, ValueError) as error:  # letters beyond ASCII, a port that is no number
        raise OutboundError(Reason.FORBIDDEN, "This is no address of the web.") from error
    if parts.scheme not in USUAL_PORTS or not parts.host:
        raise OutboundError(Reason.FORBIDDEN, "An address begins with https:// and a host.")


def host_of(address: str) -> str:
    """The host of an address, for people; "" where there is none."""
    return httpcore.URL(address).host.decode("latin-1")


def _exchanged(call: Call) -> Answer:
    backend = BoundedBackend(time.monotonic() + call.timeout_s, on_own_network=call.on_own_network)
    with (
        httpcore.ConnectionPool(network_backend=backend, retries=0) as pool,
        pool.stream(call.method, call.address, headers=_headers(call), content=call.body) as answer,
    ):
        body = bytearray()
        for part in answer.iter_stream():
            body += part
            if len(body) > call.most_bytes:
                if not call.cuts:
                    raise OutboundError(Reason.ENDLESS, "The answer of the server has no end.")
                del body[call.most_bytes :]
                break
    told = {name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in answer.headers}  # fmt: skip
    return Answer(answer.status, told, bytes(body))


def _headers(call: Call) -> list[tuple[str, str]]:
    """The headers with the host and length that HTTP wants."""
    parts = httpcore.URL(call.address)
    host = parts.host.decode()
    usual = parts.port in (None, USUAL_PORTS.get(parts.scheme))
    named = host if usual else f"{host}:{parts.port}"
    own = {"Accept-Encoding": "identity", "User-Agent": "Rapport"}
    length = str(len(call.body))
    return [("Host", named), *(own | dict(call.headers)).items(), ("Content-Length", length)]
