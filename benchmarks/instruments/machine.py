"""What the figures depend on: cores, memory, versions, and how busy the machine was."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

PACKAGES = ("django", "celery", "granian", "psycopg", "torch", "transformers", "numpy")


def machine_facts() -> dict[str, Any]:
    """The facts, none of which names this machine or a place on it.

    `load` is the mean number of running processes over the last minute: above the number
    of cores, something else took part and the figures are worth little.
    """
    return {
        "cores": usable_cores(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        **{name: version(name) for name in PACKAGES},
    }


def usable_cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
