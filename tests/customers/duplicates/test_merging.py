"""Two customers become one: every relation goes along, and undo makes two of them again."""

import pytest

from customers.duplicates.merging import MergeError, merge, references
from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.journal.undo import undo_all_asked
from customers.models import (
    AccessExport,
    Consent,
    ContactPoint,
    Customer,
    CustomerNote,
    DuplicatePair,
    ErasureRequest,
    JournalEntry,
    LegalHold,
    MergedKey,
    Order,
    Review,
    Task,
    Ticket,
)
from tests.factories import (
    AlarmFactory,
    AssistEventFactory,
    AutomaticLabelFactory,
    CorrectionFactory,
    CustomerFactory,
    EgressRecordFactory,
    OrderFactory,
    ProposalFactory,
    ProspectFactory,
    QuestionFactory,
    RecommendationFactory,
    RecommendationShownFactory,
    ReviewFactory,
    RfmChangeFactory,
    SummaryFactory,
    TicketFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MAKERS = {
    "AccessExport": lambda one: AccessExport.objects.create(customer=one),
    "Consent": lambda one: Consent.objects.create(
        customer=one, purpose="profiling", is_allowed=True, method="form"
    ),
    "EgressRecord": lambda one: EgressRecordFactory(customer=one),
    "ErasureRequest": lambda one: ErasureRequest.objects.create(customer=one, reason="asked"),
    "LegalHold": lambda one: LegalHold.objects.create(customer=one, reason="A lawsuit."),
    "Alarm": lambda one: AlarmFactory(customer=one),
    "AssistEvent": lambda one: AssistEventFactory(customer=one),
    "AutomaticLabel": lambda one: AutomaticLabelFactory(ticket=None, customer=one, task="segment"),
    "Correction": lambda one: CorrectionFactory(
        ticket=None, customer=one, task="segment", by=UserFactory()
    ),
    "ContactPoint": lambda one: ContactPoint.objects.create(
        customer=one, kind="email", value="second@example.com"
    ),
    "CustomerNote": lambda one: CustomerNote.objects.create(
        customer=one, body="Calls at noon.", by=UserFactory()
    ),
    "MergedKey": lambda one: MergedKey.objects.create(
        source="old", external_id=f"k{one.pk}", customer=one
    ),
    "Order": lambda one: OrderFactory(customer=one),
    "Proposal": lambda one: ProposalFactory(ticket=None, customer=one, kind="task"),
    "Prospect": lambda one: ProspectFactory(customer=one),
    "Question": lambda one: QuestionFactory(customer=one),
    "Recommendation": lambda one: RecommendationFactory(customer=one, rank=1),
    "RecommendationShown": lambda one: RecommendationShownFactory(customer=one),
    "Review": lambda one: ReviewFactory(customer=one),
    "RfmChange": lambda one: RfmChangeFactory(customer=one),
    "Summary": lambda one: SummaryFactory(ticket=None, customer=one, items=[]),
    "Task": lambda one: Task.objects.create(title="Call", customer=one, assignee=UserFactory()),
    "Ticket": lambda one: TicketFactory(customer=one),
}


@pytest.fixture
def two():
    stays = CustomerFactory(
        source="crm", external_id="1", name="Ada Stone", email="ada@example.com", tags=["vip"]
    )
    goes = CustomerFactory(
        source="shop",
        external_id="c7",
        name="A. Stone",
        email="",
        city="Leeds",
        tags=["vip", "b2b"],
    )
    return stays, goes


def whole(model):
    """All rows of a model, without what any save sets anew."""
    names = [
        one.attname
        for one in model._meta.concrete_fields
        if not one.generated
        and one.attname not in ("updated_at", "requested_at", "analysed_at", "version")
    ]
    return {row[0]: row for row in model._base_manager.values_list("pk", *names)}


def undo(entry):
    entry.request_undo(by=UserFactory())
    undo_all_asked()
    entry.refresh_from_db()
    assert (entry.left_count, entry.left, entry.undo_error) == (0, [], "")


def test_every_model_that_refers_to_customers_is_tried():
    """A new foreign key moves by itself; this asks for a row of it in the tests below."""
    assert {field.model.__name__ for field in references()} == set(MAKERS)
    assert not Customer._meta.many_to_many


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_relation_goes_along_and_comes_back(two, name):
    stays, goes = two
    moved = MAKERS[name](goes)
    model = type(moved)
    before = whole(model)
    entry = merge(stays, goes, by=UserFactory())
    moved.refresh_from_db()
    assert moved.customer_id == stays.pk
    undo(entry)
    assert whole(model) == before


@pytest.mark.parametrize(
    "name", ["Summary", "Recommendation", "Correction", "AutomaticLabel", "ContactPoint"]
)
def test_what_one_customer_has_once_does_not_stand_in_the_way(two, name):
    stays, goes = two
    own, moved = MAKERS[name](stays), MAKERS[name](goes)
    model = type(own)
    before = whole(model)
    entry = merge(stays, goes, by=UserFactory())
    assert model.objects.filter(customer=stays).count() >= 1
    assert model.objects.filter(pk=own.pk).exists()
    undo(entry)
    assert whole(model) == before
    moved.refresh_from_db()
    assert moved.customer_id == goes.pk


def test_an_address_that_was_not_chosen_still_finds_the_customer(two):
    stays, goes = two
    Customer.objects.filter(pk=goes.pk).update(email="a.stone@work.example", phone="+442079460958")
    entry = merge(stays, goes, by=UserFactory())
    assert list(Customer.objects.with_email("A.Stone@work.example")) == [stays]
    stays.refresh_from_db()
    assert (stays.email, stays.phone) == ("ada@example.com", "+442079460958")
    undo(entry)
    assert list(Customer.objects.with_email("a.stone@work.example")) == [goes]
    assert not stays.contact_points.exists()


def test_fields_are_chosen_and_the_rest_is_joined(two):
    stays, goes = two
    Customer.objects.filter(pk=goes.pk).update(marketing_consent=False, notes="Calls at noon.")
    Customer.objects.filter(pk=stays.pk).update(marketing_consent=True, notes="Pays late.")
    merge(stays, goes, by=UserFactory(), taken={"name": True, "city": True, "email": True})
    stays.refresh_from_db()
    assert (stays.name, stays.city, stays.email) == ("A. Stone", "Leeds", "ada@example.com")
    assert stays.tags == ["vip", "b2b"]
    assert stays.notes == "Pays late.\n\nCalls at noon."
    assert stays.marketing_consent is False


def test_sums_are_those_of_both_and_after_undo_those_of_each(two):
    stays, goes = two
    OrderFactory(customer=stays)
    OrderFactory(customer=goes)
    Review.objects.filter(pk=ReviewFactory(customer=goes).pk).update(sentiment_score=-1.0)
    for one in two:
        one.bought_something()
        Customer.objects.refresh_sentiment([one.pk])
    before = whole(Customer)
    by = UserFactory()
    entry = merge(stays, goes, by=by)
    stays.refresh_from_db()
    assert (stays.order_count, stays.sentiment_score) == (2, -1.0)
    assert (entry.kind, entry.by, entry.note) == ("merged", by, "A. Stone → Ada Stone")
    undo(entry)
    assert whole(Customer) == before


def test_a_pair_is_remembered_as_merged_and_open_again_after_undo(two):
    stays, goes = two
    third = CustomerFactory()
    pair = DuplicatePair.objects.create(first=stays, second=goes, score=0.99)
    other = DuplicatePair.objects.create(first=goes, second=third, score=0.7, state="apart")
    entry = merge(stays, goes, by=UserFactory())
    pair.refresh_from_db()
    other.refresh_from_db()
    assert (pair.state, pair.second, pair.entry) == ("merged", None, entry)
    assert (other.first, other.second, other.state) == (stays, third, "apart")
    undo(entry)
    pair.refresh_from_db()
    other.refresh_from_db()
    assert (pair.state, pair.second, pair.entry) == ("open", goes, None)
    assert (other.first, other.second) == (goes, third)


def test_what_changed_since_stays_as_it_is(two):
    stays, goes = two
    order = OrderFactory(customer=goes)
    entry = merge(stays, goes, by=UserFactory())
    third = CustomerFactory()
    Order.objects.filter(pk=order.pk).update(customer=third)
    entry.request_undo(by=UserFactory())
    undo_all_asked()
    entry.refresh_from_db()
    assert [row["reason"] for row in entry.left] == ["changed since"]
    assert Customer.objects.filter(pk=goes.pk).exists()
    order.refresh_from_db()
    assert order.customer == third


def test_a_customer_is_not_merged_with_itself_or_with_one_that_is_gone(two):
    stays, goes = two
    with pytest.raises(MergeError, match="itself"):
        merge(stays, stays, by=UserFactory())
    merge(stays, goes, by=UserFactory())
    with pytest.raises(MergeError, match="gone"):
        merge(stays, goes, by=UserFactory())
    assert JournalEntry.objects.filter(kind="merged").count() == 1


def test_what_comes_in_under_the_old_key_belongs_to_the_one_that_stayed(two, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    stays, goes = two
    merge(stays, goes, by=UserFactory())

    def take_in(kind, text):
        path = tmp_path / "x.csv"
        path.write_text(text)
        return run_import(FORMATS[kind], path, "shop")

    outcome = take_in("customers", "id,name\nc7,A. Stone\n")
    assert (outcome.created, outcome.unchanged) == (0, 1)
    take_in(
        "orders",
        "order,placed_at,customer,product,quantity,unit_price,currency\n"
        "o1,2026-03-01,c7,p1,2,10,EUR\n",
    )
    take_in("tickets", "id,subject,body,customer_id\nt1,Lamp,It broke,c7\n")
    assert Customer.objects.count() == 1
    assert Order.objects.get().customer == Ticket.objects.get().customer == stays


def test_two_are_compared_chosen_from_and_merged_on_a_page(agent, two):
    stays, goes = two
    pair = DuplicatePair.objects.create(
        first=stays,
        second=goes,
        score=0.99,
        reasons=[{"field": "name", "level": "near", "bits": 7.5}],
    )
    assert f"/duplicates/{pair.pk}/" in agent.get("/duplicates/").content.decode()
    page = agent.get(f"/duplicates/{pair.pk}/").content.decode()
    assert "nearly the same" in page
    assert page.count("differs") == 1  # the name; e-mail and city only one of them has
    agent.post(f"/duplicates/{pair.pk}/", {"stays": "first", "name": "second", "city": "second"})
    stays.refresh_from_db()
    assert (stays.name, stays.city) == ("A. Stone", "Leeds")
    assert b"Undo this merge" in agent.get(f"/duplicates/{pair.pk}/").content
    agent.post(f"/duplicates/{pair.pk}/undo/")
    undo_all_asked()
    assert Customer.objects.filter(pk=goes.pk).exists()


def test_a_pair_is_kept_apart_by_a_click_and_a_decided_one_is_not_merged(agent, two):
    pair = DuplicatePair.objects.create(first=two[0], second=two[1], score=0.9)
    agent.post(f"/duplicates/{pair.pk}/apart/")
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("apart", agent.user)
    agent.post(f"/duplicates/{pair.pk}/", {"stays": "first"})
    assert Customer.objects.count() == 2
    assert b"Not a duplicate" in agent.get("/duplicates/?state=apart").content


def test_a_search_is_asked_for_once_and_told_while_it_runs(agent):
    agent.post("/duplicates/search/")
    agent.post("/duplicates/search/")
    page = agent.get("/duplicates/").content.decode()
    assert "every 1s" in page
    assert page.count("/cancel/") == 1
