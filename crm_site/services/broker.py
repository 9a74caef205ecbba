"""The broker: a server when one is named, else folders of message files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

POLLING_SECONDS = 0.02


def broker_settings(var: Path, url: str = "") -> dict[str, Any]:
    """Celery's `broker_url` and `broker_transport_options`.

    Without a `url` messages are files under `var`/broker: no server to run, about 40 ms
    a message. A task that its worker dies with is lost there, which does no harm: the
    pending row is the queue.
    """
    if url:
        return {"broker_url": url, "broker_transport_options": {}}
    folders = {name: var / "broker" / name for name in ("queue", "processed", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
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
