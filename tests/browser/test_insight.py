"""A rule is tried before it stands, a question is answered, and a figure leads to its rows: with
the mouse and by keyboard.
"""

import pytest
from playwright.sync_api import expect

from customers.models import Question, Rule
from tests.browser.hands import HANDS
from tests.factories import PassageFactory, TicketFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def manager(transactional_db):
    return UserFactory(username="manager", role="manager")


def test_a_rule_is_tried_on_past_tickets_and_saved(open_tab, manager):
    TicketFactory(subject="Loud", priority="urgent")
    TicketFactory(subject="Quiet", priority="low")
    for hand in HANDS:
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/rules/")
        work.press(tab.get_by_role("link", name="New rule"))
        told = tab.locator("#told")
        expect(told).to_contain_text("2 meet it")
        work.write(tab.locator("#id_name"), f"By {hand.__name__}")
        work.press(tab.locator("#group-add"))
        work.choose(tab.locator("#rule-0-field"), "status")
        work.tick(tab.locator("#builder").get_by_label("solved"))
        expect(told).to_contain_text("0 meet it")
        work.write(tab.locator("#action-0-value"), "seen")
        work.press(tab.get_by_role("button", name="Save"))
        expect(tab.get_by_role("link", name=f"By {hand.__name__}")).to_be_visible()
        rule = Rule.objects.get(name=f"By {hand.__name__}")
        assert rule.actions == [{"do": "add_tags", "value": "seen"}]
        assert tab.troubles == []


def test_a_question_is_asked_and_rated(open_tab, manager):
    for hand in HANDS:
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/ask/")
        work.write(tab.locator("main textarea"), "How long may I keep it?")
        work.press(tab.locator("main").get_by_role("button", name="Ask", exact=True))
        expect(tab.get_by_text("A worker reads the help centre")).to_be_visible()
        passage = PassageFactory(body="Keep it for 30 days.")
        source = {"passage": passage.pk, "source": "article", "source_id": passage.article_id}
        told = {"title": passage.heading, "quote": "30 days", "start": 12, "end": 19}
        Question.objects.pending().update(
            status="answered",
            kind="passage",
            answer="30 days",
            detail={"retrieved": [passage.pk]},
            evidence=[{**source, **told, "sentence_start": 0, "sentence_end": 20}],
        )
        expect(tab.locator("mark", has_text="30 days")).to_be_visible()
        work.press(tab.get_by_role("button", name="Helpful", exact=True))
        expect(tab.get_by_text("You found this helpful.")).to_be_visible()
        assert tab.troubles == []


def test_a_figure_of_the_report_leads_to_its_tickets(open_tab, manager):
    TicketFactory(subject="Still open")
    for hand in HANDS:
        tab = open_tab(manager)
        work = hand(tab)
        tab.goto("/insight/desk/")
        work.press(tab.get_by_role("link", name="open at the end"))
        expect(tab.get_by_role("link", name="Still open")).to_be_visible()
        assert tab.troubles == []
