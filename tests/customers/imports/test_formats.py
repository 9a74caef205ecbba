"""Reviews, tickets and plain tables; files of several kinds and encodings."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.formats import FORMATS
from customers.imports.run import as_source, run_import
from customers.models import Article, Customer, Import, Message, Order, Product, Review, Ticket
from customers.tasks import run_import as run_import_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_in(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path / "rejects"

    def run(kind, text, name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return run_import(FORMATS[kind], path, "shop")

    return run


REVIEWS = "user_id,item_id,rating,title,text,unix_time\nu1,i1,5,Fine,Works well,1393545600\n"


def test_a_review_brings_its_product_and_customer(take_in):
    assert take_in("reviews", REVIEWS).created == 1
    review = Review.objects.get()
    assert (review.rating, review.title, review.body) == (5, "Fine", "Works well")
    assert (review.product.external_id, review.customer.external_id) == ("i1", "u1")
    assert review.written_at.isoformat() == "2014-02-28T00:00:00+00:00"
    assert review.is_pending


def test_reviews_again_change_nothing_and_keep_what_was_read(take_in):
    take_in("reviews", REVIEWS)
    Review.objects.update(analysed_at="2026-01-01T00:00Z")
    outcome = take_in("reviews", REVIEWS)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 1)
    assert not Review.objects.pending().exists()


def test_a_review_with_six_stars_is_rejected(take_in):
    assert take_in("reviews", REVIEWS.replace(",5,", ",6,")).rejected == 1
    assert not Review.objects.exists()


def test_an_edited_review_is_read_again(take_in):
    text = "review_id,user_id,item_id,rating,text\nr1,u1,i1,5,Works\n"
    take_in("reviews", text)
    Review.objects.update(analysed_at="2026-01-01T00:00Z", attempts=1)
    assert take_in("reviews", text.replace("Works", "Broke")).updated == 1
    review = Review.objects.get()
    assert (review.is_pending, review.attempts) == (True, 0)


def test_a_ticket_with_an_answer_is_a_conversation(take_in):
    take_in("tickets", "subject,body,answer,priority\nLamp,It broke,We are sorry,high\n")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.priority, ticket.status) == ("Lamp", "high", "pending")
    kinds = list(ticket.messages.values_list("author_kind", "body"))
    assert kinds == [("customer", "It broke"), ("agent", "We are sorry")]
    assert Message.objects.pending().count() == 1


def test_a_ticket_without_a_subject_gets_the_beginning_of_its_text(take_in):
    take_in("tickets", "text,email\nWhere is my parcel?,ada@example.com\n")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.customer.email) == ("Where is my parcel?", "ada@example.com")


def test_plain_tables_of_customers_products_articles_and_orders(take_in):
    take_in("customers", "id,name,email\nc1,Ada Stone,ada@example.com\n")
    take_in("products", "item_id,title,price,stock\np1,Kettle,12.5,3\n")
    take_in("articles", "id,title,body,status\na1,Returns,Thirty days,published\n")
    take_in(
        "orders",
        "order,placed_at,customer,product,description,quantity,unit_price,currency\n"
        "o1,2026-03-01T10:00:00,c1,p1,Kettle,2,12.5,eur\no1,2026-03-01T10:00:00,c1,,Post,1,4,eur\n",
    )
    order = Order.objects.get()
    assert (str(order.total), order.currency, order.customer.name) == (
        "29.0000",
        "EUR",
        "Ada Stone",
    )
    assert Product.objects.get().stock == 3
    assert Article.objects.get().status == "published"


def test_a_later_row_of_the_same_id_overrides_an_earlier_one(take_in):
    take_in("customers", "id,name\nc1,Old\nc1,New\n")
    assert Customer.objects.get().name == "New"


def test_a_bad_e_mail_address_is_rejected(take_in):
    assert take_in("customers", "id,name,email\nc1,Ada,nonsense\n").rejected == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_recognised(take_in, encoding, delimiter):
    text = f"id{delimiter}name\nc1{delimiter}王小明\n"
    assert take_in("customers", text, encoding=encoding).created == 1
    assert Customer.objects.get().name == "王小明"


def test_rows_with_too_few_values_nul_or_bad_json_are_rejected_alone(take_in):
    assert take_in("customers", "id,name\nc1\nc2,A\x00B\nc3,Ada\n").rejected == 2
    lines = '{"id": "c4", "name": "Ben"}\n{nonsense\n[1]\n'
    outcome = take_in("customers", lines, name="file.jsonl")
    assert (outcome.created, outcome.rejected) == (1, 2)


def test_a_row_with_bytes_of_another_encoding_is_rejected_and_not_mangled(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path / "rejects"
    path = tmp_path / "customers.csv"
    many = "".join(f"{n},Ada\n" for n in range(9000))
    path.write_bytes(f"id,name\n{many}".encode() + b"a,Jos\xe9\n" + "b,José\n".encode())
    outcome = run_import(FORMATS["customers"], path, "shop")
    assert (outcome.created, outcome.rejected) == (9001, 1)
    assert Customer.objects.get(external_id="b").name == "José"
    assert "holds bytes" in Path(outcome.rejects_file).read_text()


def test_values_with_line_ends_in_quotes_stay_one_row(take_in):
    take_in("tickets", 'subject,body\nLamp,"It broke.\nTwice."\n')
    assert Message.objects.get().body == "It broke.\nTwice."


def test_files_that_cannot_be_read_are_one_clear_line(tmp_path):
    for name, content in (("x.pdf", b""), ("x.csv", b""), ("x.parquet", b"nonsense")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ImportProblem, match=name):
            open_table(path)
    with pytest.raises(ImportProblem, match="no such file"):
        open_table(tmp_path / "missing.csv")


def test_a_source_is_a_plain_name():
    assert as_source("UK") == "uk"
    with pytest.raises(ImportProblem):
        as_source("a b")


def test_the_command_ends_with_one_json_object(tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    pq.write_table(pa.table({"id": ["c1"], "name": ["Ada"]}), tmp_path / "c.parquet")
    out = io.StringIO()
    call_command("import_shop", "customers", str(tmp_path / "c.parquet"), "--json", stdout=out)
    said = json.loads(out.getvalue().splitlines()[-1])
    assert {
        name: said[name] for name in ("read", "created", "updated", "unchanged", "rejected")
    } == {
        "read": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
    }


def test_the_command_refuses_an_unknown_format_with_status_2(tmp_path):
    with pytest.raises(CommandError, match="choose one of") as refused:
        call_command("import_shop", "nonsense", str(tmp_path))
    assert refused.value.returncode == 2


@pytest.fixture
def uploaded(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path

    def upload(text):
        (tmp_path / "up.csv").write_text(text)
        return Import.objects.create(
            format="customers", source="shop", file="up.csv", status="queued"
        )

    return upload


def test_the_task_leaves_counts_and_outcome_on_the_row(uploaded):
    run = uploaded("id,name\nc1,Ada\n")
    run_import_task(run.pk)
    run.refresh_from_db()
    assert (run.status, run.read, run.created, run.error) == ("done", 1, 1, "")
    run_import_task(run.pk)
    assert Customer.objects.count() == 1


def test_a_file_that_cannot_be_taken_in_leaves_its_reason_on_the_row(uploaded):
    run = uploaded("nonsense\n1\n")
    run_import_task(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "Missing for customers" in run.error
