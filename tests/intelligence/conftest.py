import pytest

from intelligence import loaded


@pytest.fixture
def ledger(settings, tmp_path, monkeypatch):
    """Texts are read by the engine that notes them; gives the path of its notes."""
    settings.ENGINES = settings.ENGINES | {"text": "tests.intelligence.ledger_engine.load"}
    path = tmp_path / "ledger"
    path.touch()
    monkeypatch.setenv("ENGINE_LEDGER", str(path))
    loaded.text_reader.cache_clear()
    yield path
    loaded.text_reader.cache_clear()
