import pytest

from tests.partners import calling


@pytest.fixture
def api(db):
    """A client that calls with the key of a partner."""
    return calling()
