"""What is taken as a question."""

import pytest
from django.core.exceptions import ValidationError

from customers.asking.text import MOST_CHARACTERS, clean_question


def test_control_and_zero_width_characters_are_taken_out_and_spaces_folded():
    typed = "  How\u200b long\u202e\x00\n\n does\u2060 it\ttake?\ufeff "
    assert clean_question(typed) == "How long does it take?"


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d", "?!", "\x00"])
def test_a_text_without_a_letter_is_no_question(typed):
    with pytest.raises(ValidationError) as refused:
        clean_question(typed)
    assert refused.value.code == "empty"


def test_ten_thousand_words_are_refused_with_the_limit_that_holds():
    typed = "word " * 10_000
    with pytest.raises(ValidationError) as refused:
        clean_question(typed)
    assert refused.value.code == "too_long"
    assert str(MOST_CHARACTERS) in refused.value.messages[0]
    assert clean_question("w" * MOST_CHARACTERS) == "w" * MOST_CHARACTERS


def test_letters_of_every_script_and_html_stay_what_they_are():
    assert clean_question("我的订单<b>在哪</b>?") == "我的订单<b>在哪</b>?"
