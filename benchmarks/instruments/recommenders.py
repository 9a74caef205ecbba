"""`python -m benchmarks.instruments.recommenders WHO [--small]`: one training, alone.

WHO is "ours" or "als". The last line is JSON: purchases, seconds of the training alone,
and peak_mib, the highest memory of the process. `implicit` may be missing: then its
figures are null.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from importlib.util import find_spec
from typing import Any

import django

KIB_PER_MIB = 1024
ALS_FACTORS, ALS_ROUNDS = 128, 15


def main() -> None:
    """Train, and print what it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_site.settings")
    django.setup()
    who, small = sys.argv[1], "--small" in sys.argv
    print(json.dumps({"ours": _ours, "als": _als}[who](small=small)))


def _ours(*, small: bool) -> dict[str, Any]:
    import pyarrow.parquet

    from benchmarks.recommendation import DATA, purchases
    from intelligence.encoding import ManyTexts
    from intelligence.engines.factorisation import Settings, fit

    bought = purchases(small=small)
    table = pyarrow.parquet.read_table(DATA / "items.parquet").sort_by("item_id")
    titles = [title or "" for title in table["title"].to_pylist()]
    embeddings = ManyTexts()(titles)
    started = time.perf_counter()
    fit(bought, embeddings, Settings(half_life_days=None), words=titles)
    return _took(len(bought), started)


def _als(*, small: bool) -> dict[str, Any]:
    from scipy.sparse import csr_matrix

    from benchmarks.recommendation import purchases

    bought = purchases(small=small)
    if find_spec("implicit") is None:
        return {"purchases": len(bought), "seconds": None, "peak_mib": None}
    from implicit.als import AlternatingLeastSquares

    ones = [1.0] * len(bought)
    matrix = csr_matrix((ones, (bought.user_index, bought.item_index)), dtype="float32")
    started = time.perf_counter()
    model = AlternatingLeastSquares(
        factors=ALS_FACTORS, iterations=ALS_ROUNDS, random_state=0, use_gpu=False
    )
    model.fit(matrix, show_progress=False)
    return _took(len(bought), started)


def _took(purchases: int, started: float) -> dict[str, Any]:
    seconds = time.perf_counter() - started
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB
    return {"purchases": purchases, "seconds": round(seconds, 2), "peak_mib": round(highest)}


if __name__ == "__main__":
    main()
