"""Drawing Vega-Lite on the server.

The renderer holds about 150 MB, so it lives in one child process that is started with
the first plot and ends with the process that started it.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import Any

PR_SET_PDEATHSIG = 1
PATIENCE_SECONDS = 20
# The renderer takes links of ours for files beside its sample data.
FOREIGN = 'href="https://vega.github.io/vega-datasets//'
# A layer without marks is announced as a picture of nothing.
EMPTY_LAYER = re.compile(r'<g class="mark-[^"]*"[^>]*role="graphics-symbol"[^>]*>\s*</g>')


def rendered(spec: dict[str, Any], kind: str) -> str | bytes:
    """The plot as SVG text or PNG bytes. Raises TimeoutError when drawing takes too long."""
    try:
        return _painter().submit(paint, spec, kind).result(PATIENCE_SECONDS)
    except BrokenProcessPool:
        _painter.cache_clear()
        return _painter().submit(paint, spec, kind).result(PATIENCE_SECONDS)


def paint(spec: dict[str, Any], kind: str) -> str | bytes:
    """Draw, in this process."""
    import vl_convert  # only where it is used: 150 MB that the web process must not hold

    if kind == "png":
        return vl_convert.vegalite_to_png(spec, scale=2)
    return EMPTY_LAYER.sub("", vl_convert.vegalite_to_svg(spec)).replace(FOREIGN, 'href="/')


@cache
def _painter() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_die_with_parent,
        initargs=(os.getpid(),),
    )


def _die_with_parent(parent: int) -> None:
    if hasattr(signal, "SIGKILL") and os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
