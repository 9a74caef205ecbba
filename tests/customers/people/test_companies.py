"""Companies: their people, what these bought, and a new name for all of them."""

from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.journal.undo import undo
from customers.models import Company, Customer, JournalEntry
from tests.factories import CustomerFactory, OrderFactory, TicketFactory


def acme(n=1, **columns):
    people = [CustomerFactory(company="Acme", **columns) for _ in range(n)]
    return Company.objects.get(name="Acme"), people


def test_a_companys_page_has_its_people_their_orders_in_sum_and_their_tickets(agent):
    company, (one, two) = acme(2)
    OrderFactory(customer=one, lines=2)
    OrderFactory(customer=two)
    ticket = TicketFactory(customer=two)
    TicketFactory()
    page = agent.get(f"/companies/{company.pk}/")
    assert list(page.context["tickets"]) == [ticket]
    assert set(page.context["page"]) == {one, two}
    assert "£37.50" in page.content.decode()
    assert f"/companies/{company.pk}/" in agent.get(f"/customers/{one.pk}/").content.decode()


def test_a_new_name_goes_to_its_people_and_back(agent):
    company, _people = acme(2)
    CustomerFactory(company="Other")
    form = agent.get(f"/companies/{company.pk}/edit/").context["form"]
    said = {"name": "Acme Group", "seen_at": form["seen_at"].value()}
    agent.post(f"/companies/{company.pk}/edit/", said)
    assert Company.objects.get(pk=company.pk).people.count() == 2
    assert Customer.objects.filter(company="Acme Group").count() == 2
    entry = JournalEntry.objects.get()
    entry.request_undo(by=agent.user)
    undo(entry.pk)
    assert Customer.objects.filter(company="Acme").count() == 2
    assert Company.objects.filter(name="Acme").exists()


def test_two_companies_of_one_name_are_refused(agent):
    acme()
    page = agent.post("/companies/new/", {"name": "ACME"})
    assert page.status_code == 422
    assert Company.objects.count() == 1


def test_the_list_costs_the_same_for_few_and_many(agent, django_assert_num_queries):
    def visit():
        with django_assert_num_queries(9):
            return agent.get("/companies/", {"q": "firm"})

    CustomerFactory(company="Firm A")
    agent.get("/companies/")
    visit()
    for name in "BCDEFG":
        OrderFactory(customer=CustomerFactory(company=f"Firm {name}"))
    assert len(visit().context["told"]) == 7


def test_a_file_of_customers_makes_the_companies_that_it_names(db, tmp_path, settings):
    settings.REJECTS_DIR = tmp_path
    file = tmp_path / "customers.csv"
    file.write_text("external_id,name,company\n1,Ada,Acme\n2,Ben,ACME\n3,Cy,\n")
    run_import(FORMATS["customers"], file, "shop")
    assert [company.people.count() for company in Company.objects.all()] == [2]
