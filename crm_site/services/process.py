"""Processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Have the kernel send this process a signal when its parent dies (Linux; else nothing).

    `parent` is the pid that the caller expects; when it is already gone this process
    ends at once.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def limit_memory(megabytes: int) -> None:
    """Have this process get a MemoryError once it holds so much memory of its own (Linux; else,
    and with 0, nothing). What it shares, such as weights mapped from a file, does not count.
    """
    if megabytes and sys.platform.startswith("linux"):
        most = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def memory_of_machine_mb() -> int:
    """The memory of this machine, or what its control group leaves us, in MB."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        told = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        told = "max"
    return min(there, int(told) if told.isdecimal() else there) // 2**20
