"""Notes every attempt to reach another machine, and lets none through."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def watched() -> Iterator[list[str]]:
    """The addresses outside this machine that anything tried to reach or look up."""
    tried: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_local(address[0]):
            tried.append(str(address[0]))
            raise ConnectionRefusedError(f"an attack reached out to {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_address(host) and not _is_local(host):
            tried.append(str(host))
            raise socket.gaierror(f"an attack looked up {host}")
        return look_up(host, *args, **kwargs)

    with (
        patch.object(socket.socket, "connect", guarded_connect),
        patch.object(socket, "getaddrinfo", guarded_look_up),
    ):
        yield tried


def _is_address(host: Any) -> bool:
    """Whether it is a number: nobody is asked for it, and `connect` is watched as well."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in ("localhost", "", socket.gethostname())
