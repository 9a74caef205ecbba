"""A diff shows what changed, word by word, with a little around it."""

from customers.text_diff import Line, Piece, text_diff


def told(before, after):
    return [
        (line.kind, "".join(f"[{p.text}]" if p.changed else p.text for p in line.pieces))
        for line in text_diff(before, after)
    ]


def test_equal_texts_differ_in_nothing():
    assert text_diff("a\nb", "a\nb") == []


def test_changed_words_are_told_inside_their_line():
    assert told("Within 30 days, free.", "Within 14 days, free.") == [
        ("gone", "Within [30] days, free."),
        ("new", "Within [14] days, free."),
    ]
    assert told("三十天内退货", "四十天内退货") == [
        ("gone", "[三]十天内退货"),
        ("new", "[四]十天内退货"),
    ]


def test_lines_that_have_nothing_in_common_are_wholly_gone_and_new():
    assert told("abc def", "xyz") == [("gone", "[abc def]"), ("new", "[xyz]")]


def test_added_and_removed_lines_stand_alone():
    assert told("a\nb", "a\nx\nb") == [("same", "a"), ("new", "[x]"), ("same", "b")]
    assert told("a\nb", "a") == [("same", "a"), ("gone", "[b]")]
    assert told("", "a") == [("new", "[a]")]


def test_what_is_far_from_a_change_is_left_out():
    before = "\n".join(str(number) for number in range(20))
    lines = text_diff(before, before.replace("10", "ten"))
    assert lines[0] == Line("skipped", skipped=8)
    assert lines[1] == Line("same", (Piece("8"),))
    assert lines[-1] == Line("skipped", skipped=7)
    assert [line.kind for line in lines].count("same") == 4


def test_a_very_long_line_is_compared_as_a_whole():
    long = "word " * 3_000
    assert told(long, long + "x") == [("gone", f"[{long}]"), ("new", f"[{long}x]")]
