"""A small shop with a fitted recommender, and a partner who asks for lists."""

import pytest
from django.core.cache import cache

from intelligence import recommender
from intelligence.loaded import segment_engine
from tests.intelligence import shop
from tests.partners import calling


@pytest.fixture(autouse=True)
def models_in_a_folder_of_the_test(settings, tmp_path, ledger):
    """Nothing is left in memory of what another test fitted."""
    settings.MODELS_DIR = tmp_path / "models"
    segment_engine.cache_clear()
    cache.clear()


@pytest.fixture
def products(db):
    """Kitchen and garden things, each theme with its own buyers, fitted."""
    found = {theme: shop.stock(theme) for theme in ("kitchen", "garden")}
    for things in found.values():
        shop.customers_who_keep_to(things)
    recommender.fit_shop()
    return found


@pytest.fixture
def partner(db):
    """A partner system that calls the API with a key."""
    return calling()
