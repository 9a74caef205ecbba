"""The admin over what machines know: looked at, searched, exported, never changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import ModelVersion
from intelligence.models import Prediction, ProductVector
from tests.factories import ProductFactory, UserFactory

CARD = {
    "name": "small-head",
    "task": "intent",
    "description": "Reads <b>tickets</b>.",
    "labels": ["get_refund", "track_order"],
    "threshold": 0.4,
    "training_data": [{"name": "sentences", "licence": "CC0", "rows": 600}],
    "metrics": {"dev": {"accuracy": 0.9}},
}
OUTPUT = {
    "label": "get_refund",
    "probability": 0.91,
    "distribution": {"get_refund": 0.91, "track_order": 0.09},
    "abstained": False,
    "reason": "",
    "evidence": [{"kind": "word", "name": "money", "weight": 0.5}],
}


@pytest.fixture
def admin(client, db):
    """A client that an admin is logged in with."""
    client.force_login(UserFactory(role="admin", is_staff=True, is_superuser=True))
    return client


def make_version(task="intent"):
    number = ModelVersion.objects.count()
    return ModelVersion.objects.create(task=task, sha256=f"{number:064x}", card=CARD)


def make_prediction(kind="message", row=42, **output):
    return Prediction.objects.create(
        kind=kind,
        object_id=row,
        task="intent",
        model_version=make_version(),
        input_sha256="ab" * 32,
        output=OUTPUT | output,
    )


def make_vector():
    return ProductVector.objects.create(
        product=ProductFactory(),
        embedding=[0.6, 0.8],
        embedding_version="cd" * 32,
        recommender=make_version("recommendation"),
    )


MAKERS = {
    "prediction": make_prediction,
    "productvector": make_vector,
}


def address(name, *parts):
    return "/".join(["/admin/intelligence", name, *map(str, parts), ""])


def found(client, query, name="prediction"):
    return list(client.get(f"{address(name)}?{query}").context["cl"].result_list)


@pytest.mark.parametrize("name", MAKERS)
def test_lists_and_pages_open(admin, name):
    row = MAKERS[name]()
    assert found(admin, "", name) == [row]
    assert admin.get(address(name, row.pk, "change")).context["original"] == row


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_costs_the_same_queries_for_1_and_30_rows(admin, name):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            rows = len(found(admin, "", name))
        return rows, len(captured)

    MAKERS[name]()
    cost()
    one = cost()
    for _ in range(29):
        MAKERS[name]()
    thirty = cost()
    assert (one[0], thirty[0]) == (1, 30)
    assert one[1] == thirty[1]


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_added_changed_or_deleted(admin, name):
    row = MAKERS[name]()
    before = type(row).objects.filter(pk=row.pk).values().get()
    assert admin.get(address(name, "add")).status_code == 403
    assert admin.post(address(name, "add"), {"task": "x"}).status_code == 403
    assert admin.post(address(name, row.pk, "change"), {"task": "x"}).status_code == 403
    assert admin.post(address(name, row.pk, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    admin.post(address(name), chosen)
    after = type(row).objects.filter(pk=row.pk).values().get()
    assert str(after) == str(before)


@pytest.mark.parametrize("name", MAKERS)
def test_agents_are_sent_away(client, db, name):
    client.force_login(UserFactory())
    answer = client.get(address(name))
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={address(name)}")


@pytest.mark.parametrize("name", MAKERS)
def test_lists_can_be_exported(admin, name):
    row = MAKERS[name]()
    chosen = {"action": "export_csv", "_selected_action": [row.pk]}
    content = b"".join(admin.post(address(name), chosen).streaming_content).decode()
    assert len(content.splitlines()) == 2


def test_the_ledger_is_searched_by_row(admin):
    message, review = make_prediction("message", 42), make_prediction("review", 42)
    make_prediction("message", 43)
    assert found(admin, "q=42") == [review, message]
    assert found(admin, "q=review+42") == [review]
    assert found(admin, "kind=message&q=42") == [message]
    assert found(admin, "q=refund") == []
    assert found(admin, "q=99999999999999999999") == []


def test_a_line_of_the_ledger_is_written_out(admin):
    line = make_prediction()
    page = admin.get(address("prediction", line.pk, "change")).content.decode()
    assert "<strong>get_refund</strong> 91%" in page
    assert 'href="/admin/customers/message/42/change/"' in page


def test_a_line_about_a_kind_that_is_gone_has_no_link(admin):
    line = make_prediction(kind="parcel")
    page = admin.get(address("prediction", line.pk, "change")).content.decode()
    assert "/parcel/" not in page


def test_a_card_is_written_out_and_escaped(admin):
    page = admin.get(f"/admin/customers/modelversion/{make_version().pk}/change/").content.decode()
    assert "<pre>Reads &lt;b&gt;tickets&lt;/b&gt;.</pre>" in page
    assert "<pre>get_refund, track_order</pre>" in page
    assert "&quot;licence&quot;: &quot;CC0&quot;" in page


def test_the_numbers_of_vectors_are_not_fetched_for_the_list(admin):
    make_vector()
    with CaptureQueriesContext(connection) as captured:
        found(admin, "", "productvector")
    assert [query["sql"] for query in captured if '"embedding",' in query["sql"]] == []


def test_a_product_is_deleted_with_its_vector(admin):
    product = make_vector().product
    assert (
        admin.post(f"/admin/customers/product/{product.pk}/delete/", {"post": "yes"}).status_code
        == 302
    )
    assert not ProductVector.objects.exists()
