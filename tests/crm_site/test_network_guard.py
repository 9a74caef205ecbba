"""The guard that closes the network to the tests."""

import socket

import pytest


def test_a_connection_to_elsewhere_is_refused():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
