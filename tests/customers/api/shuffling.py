"""Updates and deletions of one partner, in any order and twice, and what has to come of them."""

import random
from datetime import timedelta
from urllib.parse import urlencode

from customers.models import Customer
from tests.factories import NOON

DELETED, AT_ONCE = "deleted", 500
BULK = "/api/v1/customers/bulk/"


def shuffled(api, *, customers, of_each, seed=7):
    """Send `of_each` versions of so many customers, one in eight of them a deletion, each twice
    and all shuffled, in calls of up to 500; the newest by customer, and those that do not stand as
    the newest says.
    """
    luck, newest, sent = random.Random(seed), {}, []
    for one in range(customers):
        for version in range(of_each):
            name = DELETED if luck.random() < 1 / 8 else f"v{version}"
            newest[str(one)] = name
            sent += [(str(one), name, (NOON + timedelta(minutes=version)).isoformat())] * 2
    luck.shuffle(sent)
    for start in range(0, len(sent), AT_ONCE):
        _send(api, sent[start : start + AT_ONCE])
    stand = dict(Customer.objects.filter(source="shop").values_list("external_id", "name"))
    wrong = [one for one, name in newest.items() if stand.get(one, DELETED) != name]
    return newest, wrong


def _send(api, block):
    rows = [
        {"source": "shop", "external_id": number, "name": name, "source_updated_at": at}
        for number, name, at in block
        if name != DELETED
    ]
    assert api.post(BULK, {"rows": rows}, format="json").status_code == 200
    for number, name, at in block:
        if name == DELETED:
            address = f"/api/v1/customers/by-external-id/shop/{number}/"
            asked = urlencode({"source_updated_at": at})
            assert api.delete(f"{address}?{asked}").status_code == 204
