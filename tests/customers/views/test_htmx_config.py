"""What swapped-in fields say is heard at once, on the pages of staff and of the portal."""

import json
import re

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/audiences/new/", "/help/ask/"])
def test_htmx_wires_what_it_swaps_in_without_a_delay(agent, address):
    page = agent.get(address).content.decode()
    (config,) = re.findall(r"name=\"htmx-config\" content='(.*?)'>", page)
    assert json.loads(config)["defaultSettleDelay"] == 0
