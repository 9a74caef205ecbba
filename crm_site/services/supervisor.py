"""Runs the processes of the product as one tree, and ends them together.

Children are started from the main thread, each in a session of its own, and told by
the kernel when we die (`die_with_parent`), so that nothing outlives us however we end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from crm_site.services.errors import ServiceError
from crm_site.services.process import die_with_parent

MOST_DEATHS = 5
DEATHS_WITHIN_SECONDS = 60
STOP_SECONDS = 10
WATCH_SECONDS = 0.1
COLOURS = (36, 32, 33, 35, 34, 31)


@dataclass
class Child:
    """One process of the tree: how to start it, and how it has been doing.

    `options` go to Popen; `stop_signal` asks it to end, `renew_signal` to load its code anew
    while it serves on; one that cannot is ended and started. A child that is not `kept` may
    end by itself when its work is done; one that is `needed` by the others ends after them.
    """

    name: str
    command: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    kept: bool = True
    needed: bool = False
    renew_signal: int | None = None
    renewed: bool = False
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))
    start_at: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=5))

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts children, restarts those that die, passes their lines on, ends them all."""

    def __init__(self, log_folder: Path, out: IO[str] | None = None) -> None:
        self.log_folder = log_folder
        self.out = out or sys.stdout
        self.children: list[Child] = []
        # Plain flags: a signal handler that takes a lock, as Event.set does, can stand in
        # the way of the very thread that it interrupted.
        self.ending = False
        self.hard = False
        self.renewing = False
        log_folder.mkdir(parents=True, exist_ok=True)

    def start(self, child: Child) -> None:
        """Start a child and look after it from now on."""
        if child not in self.children:
            self.children.append(child)
        parent = os.getpid()
        options: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "preexec_fn": lambda: die_with_parent(signal.SIGKILL, parent),
            **child.options,
        }
        child.process = subprocess.Popen(
            child.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            **options,
        )
        threading.Thread(target=self._pass_lines_on, args=(child,), daemon=True).start()

    def listen_to_signals(self) -> None:
        """End on SIGINT and SIGTERM; a second one ends at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGUSR1, self._on_renewal)

    def watch(self) -> None:
        """Look after the children until a signal comes. Raises ServiceError when a child
        dies again and again.
        """
        while not self.ending:
            if self.renewing:
                self._renew()
            for child in list(self.children):
                self._look_after(child)
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """End the children, all at once, and then those that they needed."""
        for needed in (False, True):
            running = [c for c in self.children if c.needed is needed and c.is_running]
            for child in running:
                _signal_group(child, signal.SIGKILL if self.hard else child.stop_signal)
            deadline = time.monotonic() + STOP_SECONDS
            for child in running:
                self._wait_for(child, deadline)

    def say(self, text: str) -> None:
        """A line of our own."""
        print(text, file=self.out, flush=True)

    def _renew(self) -> None:
        self.renewing = False
        for child in self.children:
            if not child.kept or child.needed or not child.is_running:
                continue
            child.renewed = child.renew_signal is None
            _signal_group(child, child.renew_signal or child.stop_signal)

    def _look_after(self, child: Child) -> None:
        if child.is_running or child.process is None:
            if child.process is None and time.monotonic() >= child.start_at:
                self.start(child)
            return
        code = child.process.returncode
        if not child.kept:
            self.children.remove(child)
            return
        if child.renewed:
            child.renewed = False
            self.start(child)
            return
        child.deaths.append(time.monotonic())
        if _dies_again_and_again(child):
            last = " / ".join(child.last_lines) or "it said nothing"
            raise ServiceError(f"{child.name} ended {MOST_DEATHS} times in a minute: {last}")
        pause = 2.0 ** (len(child.deaths) - 2)
        self.say(f"{child.name} ended ({_reason(code)}); it starts again in {pause:g} s.")
        child.process, child.start_at = None, time.monotonic() + pause

    def _wait_for(self, child: Child, deadline: float) -> None:
        while child.is_running and time.monotonic() < deadline and not self.hard:
            time.sleep(0.02)
        if child.is_running:
            _signal_group(child, signal.SIGKILL)
        if child.process:
            child.process.wait()

    def _on_signal(self, number: int, frame: Any) -> None:
        self.hard = self.ending
        self.ending = True

    def _on_renewal(self, number: int, frame: Any) -> None:
        self.renewing = True

    def _pass_lines_on(self, child: Child) -> None:
        assert child.process is not None
        assert child.process.stdout is not None
        prefix = self._prefix(child)
        with (self.log_folder / f"{child.name}.log").open("a", errors="replace") as log:
            for line in child.process.stdout:
                child.last_lines.append(line.strip())
                log.write(line)
                log.flush()
                self.out.write(f"{prefix}{line}")
                self.out.flush()

    def _prefix(self, child: Child) -> str:
        label = f"{child.name:>11} | "
        if not self.out.isatty():
            return label
        colour = COLOURS[self.children.index(child) % len(COLOURS)]
        return f"\033[{colour}m{label}\033[0m"


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Wait until `ready()`. Raises ServiceError when the child ends first or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.is_running:
            last = " / ".join(child.last_lines) or "it said nothing"
            raise ServiceError(f"{child.name} did not start: {last}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{child.name} was not ready after {seconds:g} s.")
        time.sleep(0.05)


def _signal_group(child: Child, number: int) -> None:
    """Signal the child; with SIGKILL its whole group, or its own children would stay."""
    if child.process is None:
        return
    try:
        if number == signal.SIGKILL:
            os.killpg(child.process.pid, number)
        else:
            child.process.send_signal(number)
    except ProcessLookupError:
        pass


def _dies_again_and_again(child: Child) -> bool:
    return (
        len(child.deaths) == MOST_DEATHS
        and child.deaths[-1] - child.deaths[0] < DEATHS_WITHIN_SECONDS
    )


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
