"""Tables that cannot teach, each refused in one line."""

import pytest

from intelligence.evaluation.columns import TableError
from intelligence.evaluation.text_tables import TextTable
from intelligence.training.table_checks import checked


def table(*rows):
    texts, labels = zip(*rows, strict=True) if rows else ((), ())
    return TextTable(texts, labels, tuple(range(len(rows))))


def refusal(*rows):
    with pytest.raises(TableError) as caught:
        checked(table(*rows))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_two_rows_are_too_few():
    assert refusal(("a", "x"), ("b", "y")) == "2 rows are too few to learn from: 4 at least"
    assert refusal().startswith("0 rows")


def test_one_label_alone_is_named():
    rows = [(text, "refund") for text in "abcde"]
    assert refusal(*rows) == "all rows have the label 'refund': two labels are needed"


def test_copies_under_other_labels_are_named_with_an_example():
    said = refusal(("Where is it?", "x"), ("where  IS it?", "y"), ("c", "x"), ("d", "y"))
    assert said == "2 of 4 rows contradict each other: 'Where is it?' is labelled x and y"


def test_a_few_contradictions_are_noise_and_pass():
    rows = [(f"text {n}", "xy"[n % 2]) for n in range(20)]
    sound = table(*rows, ("text 0", "y"))
    assert checked(sound) is sound


def test_copies_with_the_same_label_do_not_contradict():
    sound = table(("a", "x"), ("a", "x"), ("b", "y"), ("b", "y"))
    assert checked(sound) is sound
