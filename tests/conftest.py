"""What holds for every test: no network beyond this machine, and plain static files."""

import ipaddress
import socket
import sys

import pytest

REAL_CONNECT = socket.socket.connect


def is_local(address):
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def guarded_connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address):
        raise RuntimeError(f"a test tried to reach {address}")
    return REAL_CONNECT(self, address)


def pytest_configure():
    socket.socket.connect = guarded_connect


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Addresses of static files without the hashes that only `collectstatic` knows."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Users are made by the hundred in tests, and nobody guesses their passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def figure(capsys):
    """Show a measured figure in the output of the run, whatever is captured."""

    def show(told):
        with capsys.disabled():
            sys.stdout.write(f"{told}\n")

    return show
