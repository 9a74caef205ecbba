"""Where a request may go: public addresses, and private ones where an admin said so.

A host's name is looked up once, every address that it leads to must be allowed, and the
connection is made to one of those: no second look-up can lead elsewhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from customers.outbound.errors import OutboundError, Reason

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Where the keys of machines in a cloud are handed out: on nobody's own network.
NEVER = (ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fe80::/10"),
         ipaddress.ip_network("fd00:ec2::254/128"))  # fmt: skip


def allowed_addresses(host: str, port: int, *, on_own_network: bool) -> list[str]:
    """The addresses of a host, all of them allowed. Raises OutboundError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundError(Reason.UNKNOWN_HOST, f"There is no host {host}.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    check(host, map(ipaddress.ip_address, addresses), on_own_network=on_own_network)
    return addresses


def check(host: str, addresses: Iterable[Address], *, on_own_network: bool) -> None:
    """Raises OutboundError unless a request may go to every one of them."""
    for address in addresses:
        if not _is_allowed(_inner(address), on_own_network=on_own_network):
            hint = "" if on_own_network else " An admin can allow it: “on our own network”."
            told = f"{host} leads to {address}, which is no public address.{hint}"
            raise OutboundError(Reason.FORBIDDEN, told)


def _is_allowed(address: Address, *, on_own_network: bool) -> bool:
    if address.is_multicast or address.is_unspecified or any(address in net for net in NEVER):
        return False
    return address.is_global or (on_own_network and (address.is_private or address.is_loopback))


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
