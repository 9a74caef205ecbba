"""Updates and deletions of one partner, in any order and twice, and what has to come of them."""

import random
from datetime import timedelta
from urllib.parse import urlencode

from customers.models import Customer
from tests.factories import NOON

DELETED = "deleted"


def shuffled(api, *, customers, of_each, seed=7):
    """Send `of_each` versions of so many customers, a quarter of them deletions, each twice and
    all shuffled; the newest by customer, and those that do not stand as the newest says.
    """
    luck, newest, sent = random.Random(seed), {}, []
    for one in range(customers):
        for version in range(of_each):
            name = DELETED if luck.random() < 0.25 else f"v{version}"
            newest[str(one)] = name
            sent += [(str(one), name, NOON + timedelta(minutes=version))] * 2
    luck.shuffle(sent)
    updates = []
    for number, name, at in sent:
        if name != DELETED:
            updates.append(
                {
                    "source": "shop",
                    "external_id": number,
                    "name": name,
                    "source_updated_at": at.isoformat(),
                }
            )
        if updates and (name == DELETED or len(updates) == 500):
            assert api.post("/api/v1/customers/bulk/", {"rows": updates}, format="json").data
            updates = []
        if name == DELETED:
            asked = urlencode({"source_updated_at": at.isoformat()})
            address = f"/api/v1/customers/by-external-id/shop/{number}/?{asked}"
            assert api.delete(address).status_code == 204
    if updates:
        api.post("/api/v1/customers/bulk/", {"rows": updates}, format="json")
    stand = dict(Customer.objects.filter(source="shop").values_list("external_id", "name"))
    wrong = [one for one, name in newest.items() if stand.get(one, DELETED) != name]
    return newest, wrong
