"""Named places where a test of faults can have this process die.

`FAILPOINT=NAME:FOLDER` in the environment arms one: each time the place is reached one file of
the folder is taken away, and the process ends at once; with no file left nothing happens. Not
armed, as in every shop, a place costs one comparison.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

_NAME, _, _FOLDER = settings.FAILPOINT.partition(":")
EXIT_CODE = 9


def failpoint(name: str) -> None:
    """Die here, if a test armed this place."""
    if name != _NAME:
        return
    for token in Path(_FOLDER).glob("*"):
        try:
            token.unlink()
        except FileNotFoundError:  # another process took it
            continue
        os._exit(EXIT_CODE)
