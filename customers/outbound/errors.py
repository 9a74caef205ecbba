"""Why a request did not come back with an answer."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What went wrong, so that callers tell what heals by itself from what does not."""

    FORBIDDEN = "forbidden"  # it leads to where requests may not go
    UNKNOWN_HOST = "unknown_host"
    UNREACHED = "unreached"  # nobody took the connection
    BROKEN = "broken"  # the connection broke off
    SLOW = "slow"
    NO_HTTP = "no_http"
    ENDLESS = "endless"  # the answer is longer than is read


class OutboundError(Exception):
    """A request that got no answer, and why, in words for staff."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
