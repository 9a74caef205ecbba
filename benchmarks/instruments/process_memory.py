"""Memory of processes, from Linux's /proc; elsewhere nothing is measured (None).

RSS counts shared pages in full in each process; PSS divides them among those that share
them, so that the PSS of many processes add up to what they take together.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
RESET_PEAK = "5"  # what /proc/PID/clear_refs takes to forget the highest RSS so far


@dataclass(slots=True)
class Growth:
    """By how much a process grew at its highest, in MB; None where that is not known."""

    mb: float | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One process: who started it, its command line, its memory in MB; `peak_mb` is the
    highest RSS since its start.
    """

    pid: int
    parent: int
    command: str
    rss_mb: float = 0.0
    pss_mb: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def growth() -> Iterator[Growth]:
    """Measures the block: highest RSS while it ran minus RSS before it."""
    grown = Growth()
    if not (PROC / "self/clear_refs").exists():
        yield grown
        return
    with suppress(PermissionError):  # then the peak so far stands: too high, never too low
        (PROC / "self/clear_refs").write_text(RESET_PEAK)
    before = _status_mb("VmRSS")
    yield grown
    grown.mb = round(_status_mb("VmHWM") - before, 1)


def _status_mb(name: str) -> float:
    return kilobytes(PROC / "self/status", name) / 1024


def tree_of(root: int) -> list[Process]:
    """The live processes below `root`, without itself, parents before children."""
    return below(root, processes())


def below(root: int, among: Iterable[Process]) -> list[Process]:
    """Those that `root` started, and those that these started."""
    children: dict[int, list[Process]] = defaultdict(list)
    for process in among:
        children[process.parent].append(process)
    found, unseen = [], [root]
    while unseen:
        started = children[unseen.pop(0)]
        found += started
        unseen += [process.pid for process in started]
    return found


def processes() -> list[Process]:
    """Every process whose memory we may read."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            found.append(_process(folder))
        except OSError:  # it ended, or is not ours
            continue
    return found


def own_memory() -> Process:
    """This process."""
    return _process(PROC / str(os.getpid()))


def _process(folder: Path) -> Process:
    memory = folder / "smaps_rollup"
    return Process(
        pid=int(folder.name),
        parent=kilobytes(folder / "status", "PPid"),
        command=(folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"),
        rss_mb=kilobytes(memory, "Rss") / 1024,
        pss_mb=kilobytes(memory, "Pss") / 1024,
        peak_mb=kilobytes(folder / "status", "VmHWM") / 1024,
    )


def kilobytes(path: Path, name: str) -> int:
    """The number on the line `name:` of a file of /proc; 0 when there is none."""
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    return 0
