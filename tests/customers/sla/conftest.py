from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import SlaPolicy
from tests.factories import NOON


class Clock:
    """The time on the clock; starts at noon."""

    def __init__(self):
        self.now = NOON

    def go_on(self, **length):
        self.now += timedelta(**length)
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def promise(db):
    """Makes a policy that holds for all tickets: an hour to answer, eight to solve."""

    def made(name="All", **columns):
        columns = {"first_response_minutes": 60, "resolution_minutes": 480} | columns
        return SlaPolicy.objects.create(
            name=name, applies_from_at=NOON - timedelta(days=1), **columns
        )

    return made
