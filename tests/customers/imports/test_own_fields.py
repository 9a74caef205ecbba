"""Files bring the fields that a shop added, companies by key or name, and further addresses."""

import pytest

from customers.imports.formats import FORMATS
from customers.imports.jobs import carry_out
from customers.imports.rejects import refused_lines
from customers.imports.run import run_import
from customers.journal.undo import undo_all_asked
from customers.models import Company, Customer, CustomField, Import, Product
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_in(tmp_path, settings):
    settings.MEDIA_ROOT = settings.REJECTS_DIR = tmp_path

    def run(text, kind="customers", **options):
        (tmp_path / "x.csv").write_text(text)
        run_import(FORMATS[kind], tmp_path / "x.csv", "shop", **options)
        return Import.objects.first()

    return run


@pytest.fixture
def fields(db):
    make = CustomField.objects.create
    make(record="customer", key="size", name="Shirt size", type="choice", choices=["S", "M"])
    make(record="customer", key="visits", name="Visits", type="number")
    make(record="customer", key="born", name="Born", type="date")
    make(record="customer", key="likes", name="Likes", type="multi", choices=["tea", "milk"])
    make(record="customer", key="vip", name="VIP", type="boolean")


HEADER = "id,name,custom_size,visits,Born,likes,vip\n"


def custom():
    return dict(Customer.objects.values_list("external_id", "custom"))


def test_typed_values_come_in_under_the_names_that_people_use(take_in, fields):
    job = take_in(HEADER + "c1,Ada,m,12.5,2001-02-03,milk; Tea,yes\nc2,Ben,,,,,\n")
    assert (job.created, job.rejected) == (2, 0)
    whole = {"size": "M", "visits": 12.5, "born": "2001-02-03", "likes": ["tea", "milk"]}
    assert custom() == {"c1": {**whole, "vip": True}, "c2": {}}
    assert take_in(HEADER + "c1,Ada,M,12.5,2001-02-03,tea;milk,true\n").unchanged == 1


def test_a_value_that_cannot_be_costs_its_row_and_goes_in_once_mended(take_in, fields, tmp_path):
    bad = ["c1,A,XL,,,,", "c2,B,,many,,,", "c3,C,,,31.2.2001,,", "c4,D,,,,cocoa,", "c5,E,,,,,maybe"]
    job = take_in(HEADER + "\n".join([*bad, "c6,F,S,1,,,"]) + "\n")
    assert (job.created, job.rejected) == (1, 5)
    refused = list(job.refused_rows.values_list("number", "column"))
    assert refused == [(1, "custom_size"), (2, "visits"), (3, "Born"), (4, "likes"), (5, "vip")]
    assert job.refused_rows.first().reason == "'XL': Choose one of: S, M."
    mended = "".join(refused_lines(job)).replace("XL", "M").replace("many", "7")
    again = take_in(mended)
    assert (again.created, again.rejected) == (2, 3)
    assert custom()["c2"] == {"visits": 7}


def test_a_required_field_whose_column_is_there_has_a_value_in_each_row(take_in):
    CustomField.objects.create(
        record="customer", key="vat", name="VAT", type="text", is_required=True
    )
    job = take_in("id,name,vat\nc1,Ada,DE1\nc2,Ben,\n")
    assert (job.created, job.refused_rows.get().column) == (1, "vat")
    assert take_in("id,name\nc3,Cy\n").created == 1


def test_empty_cells_and_other_fields_leave_what_is_there(take_in, fields):
    CustomerFactory(
        source="shop", external_id="c1", name="Ada", custom={"size": "S", "visits": 1, "old": "x"}
    )
    take_in("id,name,size,visits\nc1,Ada,,2\n")
    assert custom()["c1"] == {"size": "S", "visits": 2, "old": "x"}
    take_in("id,name,size,visits\nc1,Ada,,3\n", clears_empty=True)
    assert custom()["c1"] == {"visits": 3, "old": "x"}


def test_the_wizard_maps_checks_imports_and_undoes_them(take_in, fields, tmp_path, client):
    take_in("id,name,size,company\nc1,Ada,S,Old\n")
    text = "Nr,Who,Cut,Firm,Firm no\nc1,Ada,M,New,f1\nc2,Ben,L,New,f1\nc3,Cy,S,New,f1\n"
    (tmp_path / "w.csv").write_text(text)
    job = Import.objects.create(file="w.csv", file_name="w.csv", format="customers", source="shop")
    carry_out(job.pk)
    client.force_login(UserFactory(role="manager"))
    page = client.get(f"/imports/{job.pk}/").content.decode()
    assert ">Shirt size</label>" in page
    columns = {
        "external_id": "Nr", "name": "Who", "custom_size": "Cut",
        "company": "Firm", "company_id": "Firm no",
    }  # fmt: skip
    said = {"format": "customers", "source": "shop", "act": "check"}
    said |= {f"column_{name}": column for name, column in columns.items()}
    client.post(f"/imports/{job.pk}/", said)
    carry_out(job.pk)
    job.refresh_from_db()
    found = job.check_result
    assert [found[name] for name in ("created", "updated", "rejected")] == [1, 1, 1]
    changes = {one["name"]: one for one in found["changes"][0]["fields"]}
    assert (changes["custom_size"]["before"], changes["custom_size"]["after"]) == ("S", "M")
    assert found["new_rows"][0]["cells"]["custom_size"] == "S"
    assert found["refused"][0]["column"] == "Cut"
    assert Company.objects.count() == 1
    client.post(f"/imports/{job.pk}/", said | {"act": "import"})
    carry_out(job.pk)
    assert custom() == {"c1": {"size": "M"}, "c3": {"size": "S"}}
    assert Company.objects.values_list("source", "external_id").get(name="New") == ("shop", "f1")
    client.post(f"/imports/{job.pk}/undo/")
    undo_all_asked()
    job.refresh_from_db()
    assert job.entry.left_count == 0
    assert custom() == {"c1": {"size": "S"}}
    assert list(Company.objects.values_list("name", flat=True)) == ["Old"]


def test_a_company_is_known_by_its_key_and_made_once(take_in):
    Company.objects.create(name="Acme")
    take_in("id,name,company,company_id\n1,Ada,ACME,k1\n2,Ben,,k1\n3,Cy,,k2\n4,Di,Bolt,\n")
    told = list(Company.objects.order_by("name").values_list("name", "source", "external_id"))
    assert told == [("Acme", "shop", "k1"), ("Bolt", "", ""), ("k2", "shop", "k2")]
    # a key that is known says which company, whatever it is called beside it
    Company.objects.filter(external_id="k1").update(name="Acme Ltd")
    take_in("id,name,company,company_id\n5,Ed,Acme,k1\n6,Flo,BOLT,\n")
    of = dict(Customer.objects.values_list("external_id", "company"))
    assert (of["2"].upper(), of["5"], of["6"], Company.objects.count()) == (
        *("ACME", "Acme Ltd", "BOLT"),
        3,
    )


def test_a_company_that_others_belong_to_by_now_stays_when_the_import_is_undone(take_in):
    job = take_in("id,name,company\n1,Ada,Acme\n2,Ben,Bolt\n")
    CustomerFactory(company="acme")
    job.entry.request_undo(by=UserFactory(role="manager"))
    undo_all_asked()
    assert list(Company.objects.values_list("name", flat=True)) == ["Acme"]


def test_further_addresses_are_added_once_checked_and_taken_back(take_in):
    text = "id,name,email,further_emails,further_phones\n"
    text += 'c1,Ada,ada@x.org,"ada@y.org; ADA@x.org, ada@Y.org",+44 20 7946 0000\n'
    text += "c2,Ben,,nonsense,\n"
    job = take_in(text)
    assert (job.created, job.refused_rows.get().column) == (1, "further_emails")
    ada = Customer.objects.get()
    assert list(ada.contact_points.values_list("kind", "value", "normalised")) == [
        ("email", "ada@y.org", "ada@y.org"),
        ("phone", "+44 20 7946 0000", "+442079460000"),
    ]
    assert take_in(text).unchanged == 1
    more = take_in("id,name,further_emails\nc1,Ada,ada@z.org\n")
    assert (more.updated, ada.contact_points.count()) == (1, 3)
    more.entry.request_undo(by=UserFactory(role="manager"))
    undo_all_asked()
    assert Customer.objects.with_email("ada@y.org").get() == ada
    assert ada.contact_points.count() == 2


def test_a_customer_who_is_found_by_address_gets_the_further_ones(take_in, tmp_path):
    ada = CustomerFactory(source="crm", external_id="9", email="ada@x.org", name="Ada")
    (tmp_path / "m.csv").write_text("id,email,further_phones\nc1,ada@x.org,+442079460000\n")
    job = Import.objects.create(
        file="m.csv", format="customers", source="shop", status="queued", match_by="email"
    )
    carry_out(job.pk)
    job.refresh_from_db()
    assert (job.error, job.updated, job.created) == ("", 1, 0)
    assert Customer.objects.with_phone("+442079460000").get() == ada


def test_products_have_their_own_fields_too(take_in):
    CustomField.objects.create(record="product", key="weight", name="Weight", type="number")
    take_in("id,title,weight\np1,Kettle,1.5\n", kind="products")
    assert Product.objects.get().custom == {"weight": 1.5}
