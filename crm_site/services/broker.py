"""The broker: a server when one is named, else folders of message files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES

POLLING_SECONDS = 0.02
# A broker that is away must not hold up a request: kombu would try for seconds before it tells.
# What would have been rung for is found by the sweep. Workers try on by rules of their own.
AT_ONCE = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": 1,
}


def broker_settings(var: Path, url: str = "") -> dict[str, Any]:
    """Celery's `broker_url` and `broker_transport_options`.

    Without a `url` messages are files under `var`/broker: no server to run, about 40 ms
    a message. A task that its worker dies with is lost there, which does no harm: the
    pending row is the queue.
    """
    if url:
        known = AT_ONCE if url.startswith("redis") else {}
        return {"broker_url": url, "broker_transport_options": dict(known)}
    folders = {name: var / "broker" / name for name in ("queue", "processed", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    TRANSPORT_ALIASES["filesystem"] = "crm_site.services.message_files:Transport"
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(folders["queue"]),
            "data_folder_out": str(folders["queue"]),
            "processed_folder": str(folders["processed"]),
            "control_folder": str(folders["control"]),
            "polling_interval": POLLING_SECONDS,
        },
    }
