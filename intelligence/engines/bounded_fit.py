"""The minimum of a smooth loss inside bounds, for fits of a few parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]

# L-BFGS-B stops where a step no longer changes the loss, and along a flat valley that is too
# early: begun anew there, without what it remembers of the way, it goes on.
MOST_STARTS = 6
SAME = 1e-9


def minimised(
    loss: Callable[[Floats], tuple[float, Floats]], start: Floats, bounds: tuple[float, float]
) -> Any:
    """scipy's result of L-BFGS-B, by the loss and its gradient, with each parameter inside the
    bounds.
    """
    found = _once(loss, start, bounds)
    for _ in range(MOST_STARTS - 1):
        again = _once(loss, found.x, bounds)
        moved = float(np.abs(again.x - found.x).max())
        found = again if again.fun <= found.fun else found
        if moved <= SAME:
            break
    return found


def _once(loss: Any, start: Floats, bounds: tuple[float, float]) -> Any:
    return minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[bounds] * len(start),
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )  # fmt: skip
