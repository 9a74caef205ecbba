"""Sentences of replies that hold for everybody: no person, no order, no one case."""

import pytest

from intelligence.engines.reply_sentences import general_sentences

KNOWN = ["Mara Quill", "Mara", "Quill", "mara@example.com", "FK10023", "Will"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The parcel of Mara waits at the depot until Monday.",
        "The label was sent to someone@else.org this morning.",
        "Please quote the order number FK99881 on the box.",
        "The courier rings you at 020 7946 0018 before it comes.",
        "I have put a new lid in the post for it.",
        "Hello and thank you for writing to our shop.",
        "Would you like another kettle instead of it?",
    ],
)
def test_a_sentence_of_one_person_is_left_out(sentence):
    assert list(general_sentences(sentence, KNOWN)) == []


def test_a_rule_is_kept_as_it_stands():
    rule = "Descale the kettle once a month with citric acid."
    assert list(general_sentences(f"Dear Mara,\n{rule} Kind regards, Will", KNOWN)) == [rule]


def test_a_name_that_is_a_common_word_keeps_no_sentence_out():
    rule = "The new lid will fit all kettles of this kind."
    assert list(general_sentences(rule, KNOWN)) == [rule]
