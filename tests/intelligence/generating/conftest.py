import pytest

from customers.models import Generator, GeneratorUse
from tests.factories import NOON, UserFactory


@pytest.fixture
def staff(db):
    return UserFactory()


def remote(url, **columns):
    return Generator.objects.create(
        **{
            "name": "Server",
            "kind": "remote",
            "model": "tiny",
            "base_url": url,
            "on_own_network": True,
            "timeout_s": 5,
            "max_tokens": 50,
            **columns,
        }
    )


def switched_on(generator, feature="reply", **columns):
    GeneratorUse.objects.create(
        feature=feature, generator=generator, is_on=True, set_at=NOON, **columns
    )
    return generator
