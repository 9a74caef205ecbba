"""Connections to allowed addresses alone, whose time is bounded as a whole.

A server that sends a byte a second never runs into a limit of each read: here every wait is
cut to what is left of the request's time.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from customers.outbound.destinations import allowed_addresses


class BoundedBackend(httpcore.NetworkBackend):
    """Opens connections; all that is done on them ends at `deadline` (`time.monotonic`)."""

    def __init__(self, deadline: float, *, on_own_network: bool) -> None:
        self._deadline, self._on_own_network = deadline, on_own_network
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that answers."""
        addresses = allowed_addresses(host, port, on_own_network=self._on_own_network)
        for place, address in enumerate(addresses, start=1):
            try:
                inner = self._inner.connect_tcp(
                    address, port, left(self._deadline, httpcore.ConnectTimeout), local_address,
                    socket_options,
                )  # fmt: skip
            except httpcore.ConnectError:
                if place == len(addresses):
                    raise
            else:
                return BoundedStream(inner, self._deadline)
        raise httpcore.ConnectError(f"no address of {host}")


class BoundedStream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes that came."""
        return self._inner.read(max_bytes, left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._inner.write(buffer, left(self._deadline, httpcore.WriteTimeout))

    def close(self) -> None:
        """End it."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same, encrypted; the certificate must be the host's, whatever the address."""
        wait = left(self._deadline, httpcore.ConnectTimeout)
        return type(self)(self._inner.start_tls(ssl_context, server_hostname, wait), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._inner.get_extra_info(info)


def left(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    """Seconds until the deadline. Raises `late` where none is left."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise late("the time of the request is over")
    return seconds
