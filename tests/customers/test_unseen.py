"""Characters that nobody sees are taken out, and no others."""

import sys
import unicodedata

from customers.unseen import UNSEEN, tidy, visible


def test_characters_that_nobody_sees_are_left_out():
    assert visible("re\u200bfu\u00adnd\u202e \ufeffnow\U000e0041") == "refund now"
    assert visible("tag\U000e0041s\u3164\x00\x1b[0m\ud800\ue000") == "tags[0m"


def test_lines_end_by_one_kind_of_break():
    assert visible("退货\r\n说明\r说明\u2028a\x85b") == "退货\n说明\n说明\na\nb"
    assert tidy("  a \t b\r\n\n \n\u200b\n c ") == "a b\n\nc"


def test_every_control_format_surrogate_and_private_character_is_one():
    hidden = [chr(code) for code in range(sys.maxunicode + 1)
              if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Co")]  # fmt: skip
    assert "".join(char for char in hidden if not UNSEEN.match(char)) == "\t\n"


def test_letters_digits_and_signs_of_all_scripts_stay():
    fillers = "\u115f\u1160\u3164\uffa0"  # are letters by category, and drawn as nothing
    shown = (chr(code) for code in range(sys.maxunicode + 1)
             if unicodedata.category(chr(code))[0] in "LNPSZ")  # fmt: skip
    assert "".join(char for char in shown if UNSEEN.match(char)) == fillers
