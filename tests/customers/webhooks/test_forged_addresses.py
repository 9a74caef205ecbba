"""No address that somebody types makes the sender reach what is private (guarantee 32)."""

import socket

import pytest
from django.core.exceptions import ValidationError

from customers.outbound.errors import OutboundError
from customers.outbound.exchange import Call, exchange
from customers.webhooks.sending import post
from tests.factories import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.receiver import Receiver

REBINDING = "rebinding.example.com"
# Each leads, one way or another, to this machine, a private network or the machines of a cloud.
HOSTS = """
127.0.0.1 localhost LOCALHOST localhost. 127.1 127.0.1 127.000.000.001 0177.0.0.1 0177.0.01
0x7f.0.0.1 0x7f000001 0x7F.1 2130706433 017700000001 127.0.0.2 127.255.255.254 0.0.0.0 0 0x0
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:0:127.0.0.1]
[::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::] [2002:7f00:0001::1]
[fe80::1] [fc00::1] [fd00:ec2::254] [::ffff:169.254.169.254] [::ffff:a9fe:a9fe]
169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.170.2 100.100.100.200
10.0.0.1 10.1 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 0xc0a80001 100.64.0.1
192.0.0.192 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
""".split()  # noqa: SIM905  # a table is read more easily so
FORMS = (
    *("http://public.example.com@127.0.0.1:{port}/", "http://127.0.0.1:{port}@127.0.0.1:{port}/"),
    *("http://127.0.0.1:{port}\\@public.example.com/", "http://public.example.com#@127.0.0.1:{port}/"),
    *("http:127.0.0.1:{port}/", "http:///127.0.0.1:{port}/", "//127.0.0.1:{port}/"),
    *("http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/", "ftp://127.0.0.1:{port}/"),
    *("file:///etc/passwd", "gopher://127.0.0.1:{port}/", "http://" + REBINDING + ":{port}/"),
    "http://private.example.com:{port}/",
)  # fmt: skip
REAL_LOOKUP = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch):
    """Names of hosts that lead to private addresses, the second time they are asked for or
    beside a public one; every other name is unknown, and public addresses are not reached.
    """
    asked = []

    def looked_up(host, port, *rest, **named):
        asked.append(host)
        if host == REBINDING:
            told = ["93.184.215.14"] if asked.count(host) == 1 else ["127.0.0.1"]
        elif host == "private.example.com":
            told = ["93.184.215.14", "127.0.0.1"]
        elif host == "public.example.com":
            told = ["93.184.215.14"]
        else:
            return REAL_LOOKUP(host, port, *rest, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in told]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return asked


def addresses(port):
    """All of them, at a port."""
    return [f"http://{host}:{port}/" for host in HOSTS] + [one.format(port=port) for one in FORMS]


@pytest.mark.django_db
def test_sixty_forged_addresses_and_a_redirect_reach_no_private_listener(names, figure):
    with Receiver() as private, Receiver() as door:
        door.behave = lambda handler, _body: handler.answer(302, Location=private.url)
        told = addresses(private.port)
        for address in told:
            delivery = WebhookDeliveryFactory.build(endpoint__address=address)
            attempt = post(delivery)
            assert not attempt.arrived, address
            assert attempt.error, address
        leading = WebhookEndpointFactory(address=door.url, on_own_network=True)
        attempt = post(WebhookDeliveryFactory(endpoint=leading))
        assert attempt.answer.status == 302
        figure(f" {len(told)} addresses and a redirect: {private.connections} connections")
        assert len(told) >= 60
        assert private.connections == 0
        assert door.connections == 1


def test_without_the_check_the_listener_would_be_reached(names, monkeypatch, figure):
    """The control: the same addresses, with the guard off."""
    monkeypatch.setattr("customers.outbound.destinations.check", lambda *_, **__: None)
    with Receiver() as private:
        for address in addresses(private.port):
            try:
                exchange(Call(address, b"", timeout_s=0.3))
            except (OutboundError, RuntimeError):
                continue
        figure(f" with the check off: {private.connections} connections")
        assert private.connections >= 10


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://erp.example.com/", "https://user:secret@erp.example.com/", "https://127.0.0.1/"),
        *("https://localhost/", "http://erp.example.com/", "https://printer.local/", "https:///x"),
    ],
)
def test_a_form_refuses_what_can_be_told_by_its_text(address):
    with pytest.raises(ValidationError) as refused:
        WebhookEndpointFactory.build(address=address).clean()
    assert list(refused.value.message_dict) == ["address"]
