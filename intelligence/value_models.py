"""Which model tells the value of whose customers, and when it is fitted again.

A source with too few customers who came back is told by the model of the whole shop. A model
is fitted again when a source grew by `GROWTH` or `REFIT_DAYS` passed; between fits its
parameters, which stand on its card, are applied to the orders as they are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from customers.models import ModelVersion
from intelligence.analysis.store import register
from intelligence.engines.contract import Card
from intelligence.engines.lifetime import Lifetime, NotFitted, fit_lifetime
from intelligence.value_purchases import Purchases, purchases_of_source

TASK = "value"
GROWTH = 0.02
REFIT_DAYS = 30
FITTED_ON = "shop_orders"  # the set on the card
EPOCH = dt.date(1970, 1, 1)


class ShopModels:
    """The models of one refresh, `fitted` of them anew; that of the whole shop when needed."""

    def __init__(self) -> None:
        self.fitted = 0
        self._whole: Lifetime | str | None = None

    def model_for(self, source: str, purchases: Purchases) -> Lifetime:
        """The model of a source, else of the whole shop. Raises NotFitted."""
        try:
            return self._current(source, purchases)
        except NotFitted as error:
            if self._whole is None:
                self._whole = self._of_all(error)
            if isinstance(self._whole, str):
                raise NotFitted(self._whole) from error
            return self._whole

    def _of_all(self, error: NotFitted) -> Lifetime | str:
        try:
            return self._current(None, purchases_of_source(None))
        except NotFitted:
            return str(error)

    def _current(self, source: str | None, purchases: Purchases) -> Lifetime:
        known = _last_fit(source)
        if known is not None and not _is_stale(known, purchases):
            return _model_of(known)
        model = fit_lifetime(purchases.days, purchases.today)
        register(card_of(model, source, purchases.today))
        self.fitted += 1
        return model


def card_of(model: Lifetime, source: str | None, today: int) -> Card:
    """The card of a fitted model, with its parameters."""
    told = model.as_json() | {"fitted_on": (EPOCH + dt.timedelta(days=today)).isoformat()}
    return Card(
        name=_name(source),
        task=TASK,
        description="orders and value to expect of customers, and whether they are still active",
        labels=(),
        languages=(),
        backbone="",
        sha256=model.version,
        licence="own data",
        training_data=({"name": "own orders", "licence": "own data", "rows": model.purchase_days},),
        metrics={FITTED_ON: {"n": model.customers, "lifetime": told}},
    )


def _name(source: str | None) -> str:
    return f"value of {source or 'own customers'}" if source is not None else "value of all"


def _last_fit(source: str | None) -> ModelVersion | None:
    return ModelVersion.objects.filter(task=TASK, name=_name(source)).order_by("-pk").first()


def _told(version: ModelVersion) -> dict[str, Any]:
    return version.card["metrics"][FITTED_ON]["lifetime"]


def _model_of(version: ModelVersion) -> Lifetime:
    told = _told(version)
    return Lifetime.from_json({name: told[name] for name in told if name != "fitted_on"})


def _is_stale(version: ModelVersion, purchases: Purchases) -> bool:
    told = _told(version)
    age = purchases.today - (dt.date.fromisoformat(told["fitted_on"]) - EPOCH).days
    grown = abs(len(purchases.days) - told["purchase_days"])
    return not 0 <= age <= REFIT_DAYS or grown > GROWTH * told["purchase_days"]
