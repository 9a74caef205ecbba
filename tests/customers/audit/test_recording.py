"""A look is noted by one statement of its own."""

import pytest

from customers.audit import chain
from customers.audit.recording import record_access
from customers.models import AuditEntry
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_look_outside_of_a_transaction_is_kept_whole(django_assert_num_queries):
    user = UserFactory(username="ada")
    with django_assert_num_queries(1):
        record_access(
            "seen",
            via="screen",
            by=user,
            kind="customer",
            pks=[3, 2**40],
            fields="profile",
            route="r",
        )
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name, entry.pks, entry.row_count) == (
        user,
        "ada",
        [3, 2**40],
        2,
    )
    assert (entry.action, entry.via, entry.kind) == ("seen", "screen", "customer")
    assert (entry.fields, entry.route, entry.key, entry.sequence) == ("profile", "r", None, None)
    assert chain.seal() == 1
    assert chain.verify().fault == ""
