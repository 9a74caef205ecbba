"""Search by meaning with the real encoder: records that say it in other words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.models import MeaningSearch
from intelligence.analysis.kinds import KINDS
from intelligence.analysis.run import analyse_pending
from intelligence.searching import carry_out_search, nearest
from tests.factories import (
    ArticleFactory,
    MessageFactory,
    ProductFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_shop():
    shop = {
        "ticket": TicketFactory(subject="Order 7"),
        "other_ticket": TicketFactory(subject="Order 8"),
        "product": ProductFactory(name="Enamel kettle", description="Boils a litre of water."),
        "article": ArticleFactory(title="Refunds", body="We pay your money back in three days."),
    }
    MessageFactory(ticket=shop["ticket"], body="The cup arrived in pieces, it is shattered.")
    MessageFactory(ticket=shop["other_ticket"], body="Please change the name on my invoice.")
    for kind in ("product", "message", "passage"):
        analyse_pending(KINDS[kind])
    return shop


def keys(text):
    return [(hit["kind"], hit["pk"]) for hit in nearest(text)]


def test_records_are_found_that_share_no_word_with_what_was_typed(read_shop):
    assert keys("broken on delivery")[0] == ("ticket", read_shop["ticket"].pk)
    assert keys("reimbursement")[0] == ("article", read_shop["article"].pk)
    assert keys("heat up tea water")[0] == ("product", read_shop["product"].pk)
    assert keys("quantum chromodynamics") == []


def test_a_worker_answers_once_and_forgets_what_is_old(read_shop):
    user = UserFactory()
    old = MeaningSearch.objects.ask("old", by=user)
    MeaningSearch.objects.update(created_at=timezone.now() - timedelta(days=2))
    asked = MeaningSearch.objects.ask("reimbursement", by=user)
    assert carry_out_search(asked.pk)
    assert not carry_out_search(asked.pk)
    asked.refresh_from_db()
    assert asked.is_finished
    assert asked.found[0]["pk"] == read_shop["article"].pk
    assert not MeaningSearch.objects.filter(pk=old.pk).exists()
