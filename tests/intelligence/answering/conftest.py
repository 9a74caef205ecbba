import pytest

from tests.intelligence.answering import simple_engines


@pytest.fixture
def engines(settings):
    """Questions are answered by words in common."""
    name = "tests.intelligence.answering.simple_engines.SimpleAnswering"
    settings.ENGINES = settings.ENGINES | {"answering": name}
    yield simple_engines
    simple_engines.meanwhile.clear()
