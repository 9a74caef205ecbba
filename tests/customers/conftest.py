import pytest


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Addresses of static files without the hashes that only `collectstatic` knows."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
