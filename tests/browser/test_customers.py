"""Customers are narrowed, kept as a view, edited at once, imported and merged, and all of it is
undone: with the mouse and by keyboard.
"""

import pytest
from playwright.sync_api import expect

from customers.imports.jobs import carry_out as take_in
from customers.journal.undo import undo_all_asked
from customers.lists.jobs import take_up
from customers.models import Customer, DuplicatePair, Import, SavedView
from tests.browser.hands import HANDS, Keyboard
from tests.factories import CustomerFactory, TicketFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
CSV = "Kundennummer,Wer,Mail\nc1,Ada Byron,ada@example.com\nc2,Ben,not an address\n"


@pytest.fixture
def manager(transactional_db):
    return UserFactory(username="manager", role="manager")


def test_found_customers_become_a_view_and_are_edited_at_once_and_back(open_tab, manager):
    CustomerFactory(name="Cyd", city="Rome")
    for hand in HANDS:
        ada = CustomerFactory(name=f"Ada {hand.__name__}", city="London")
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/customers/")
        work.write(tab.locator("#id_q"), hand.__name__)
        work.press(tab.get_by_role("button", name="Show", exact=True))
        expect(tab.get_by_role("link", name=ada.name)).to_be_visible()
        expect(tab.get_by_role("link", name="Cyd")).to_have_count(0)
        work.press(tab.get_by_role("link", name="Save as a view"))
        work.write(tab.get_by_label("Name"), f"By {hand.__name__}")
        work.press(tab.get_by_role("button", name="Save"))
        expect(tab.get_by_role("link", name=f"By {hand.__name__}")).to_have_attribute(
            "aria-current", "page"
        )
        work.tick(tab.get_by_label(f"Tick {ada.name}"))
        work.choose(tab.get_by_label("With the ticked"), "Set the city")
        work.press(tab.get_by_role("button", name="Next…"))
        work.write(tab.locator("#id_value"), "Paris")
        work.press(tab.get_by_role("button", name="Do it"))
        expect(tab.locator("#job")).to_be_visible()
        take_up()
        work.press(tab.get_by_role("link", name="What was changed, and undoing it"))
        expect(tab.locator("ins")).to_have_text("Paris")
        assert Customer.objects.get(pk=ada.pk).city == "Paris"
        work.press(tab.get_by_text("Undo this"))
        work.press(tab.get_by_role("button", name="Yes, undo"))
        expect(tab.get_by_text("A worker puts the rows back.")).to_be_visible()
        undo_all_asked()
        expect(tab.get_by_text("1 row is as it was before.")).to_be_visible()
        assert Customer.objects.get(pk=ada.pk).city == "London"
        assert tab.troubles == []
    assert SavedView.objects.count() == len(HANDS)


def choose_file(tab, work, path):
    """Choose a file, in the window that the field opens."""
    field = tab.locator("#id_file")
    with tab.expect_file_chooser() as chooser:
        if isinstance(work, Keyboard):
            work.reach(field)
            tab.keyboard.press("Enter")
        else:
            field.click()
    chooser.value.set_files(path)


def test_a_file_is_mapped_checked_taken_in_and_taken_back(open_tab, manager, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    for hand in HANDS:
        path = tmp_path / f"{hand.__name__}.csv"
        path.write_text(CSV)
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/imports/")
        choose_file(tab, work, path)
        work.choose(tab.locator("#id_format"), "Customers")
        work.write(tab.locator("#id_source"), "shop")
        work.press(tab.get_by_role("button", name="Upload"))
        expect(tab.get_by_role("heading", name="Import", exact=True)).to_be_visible()
        run = Import.objects.latest("pk")
        take_in(run.pk)
        columns = {"external_id": "Kundennummer", "name": "Wer", "email": "Mail"}
        for name, column in columns.items():
            work.choose(tab.locator(f"#id_column_{name}"), column)
        work.press(tab.get_by_role("button", name="Check"))
        expect(tab.locator("#import-progress")).to_be_visible()
        take_in(run.pk)
        expect(tab.get_by_role("heading", name="What would happen")).to_be_visible()
        assert not Customer.objects.exists()
        work.press(tab.get_by_role("button", name="Import", exact=True))
        expect(tab.locator("#import-progress")).to_be_visible()
        take_in(run.pk)
        with tab.expect_download() as download:
            work.press(tab.get_by_role("link", name="Rows that could not be taken"))
        assert "not an address" in download.value.path().read_text()
        assert Customer.objects.get().name == "Ada Byron"
        work.press(tab.get_by_role("button", name="Undo this import"))
        expect(tab.get_by_text("The import is being undone.")).to_be_visible()
        undo_all_asked()
        expect(tab.get_by_text("Undone: 1 rows were put back or removed")).to_be_visible()
        assert not Customer.objects.exists()
        assert tab.troubles == []


def test_two_customers_become_one_and_two_again(open_tab, manager):
    for hand in HANDS:
        first = CustomerFactory(name="Ada Byron", email=f"ada.{hand.__name__}@example.com")
        second = CustomerFactory(name=f"A. Byron {hand.__name__}")
        TicketFactory(customer=second)
        pair = DuplicatePair.objects.create(first=first, second=second, score=0.97)
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/duplicates/")
        work.press(tab.get_by_role("link", name="Compare"))
        work.press(tab.get_by_role("button", name="Merge"))
        expect(tab.get_by_role("link", name="Merged")).to_be_visible()
        assert not Customer.objects.filter(pk=second.pk).exists()
        assert first.tickets.count() == 1
        tab.goto(f"/duplicates/{pair.pk}/")
        work.press(tab.get_by_role("button", name="Undo this merge"))
        expect(tab.get_by_role("status")).to_contain_text("The merge is being undone.")
        undo_all_asked()
        assert Customer.objects.get(pk=second.pk).tickets.count() == 1
        DuplicatePair.objects.all().delete()
        assert tab.troubles == []
