"""Plain text holds what a page would show, and nothing else."""

from itertools import pairwise

import pytest

from customers.knowledge.cutting import MOST, cut, size_of
from customers.knowledge.plain_text import sections_of, visible, without_markup


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- SECRET -->",
        "<span style='display:none'>SECRET</span>",
        "<div hidden><b>SECRET</b></div>",
        "<p style='font-size:0'>SECRET</p>",
        "<p aria-hidden='true'>SECRET</p>",
        "<script>SECRET</script>",
        "<style>SECRET</style>",
        "<div style='visibility: hidden'><img src=x>SECRET</div>",
    ],
)
def test_what_a_page_hides_is_not_read(hidden):
    assert without_markup(f"Before {hidden} after").split() == ["Before", "after"]
    said = [block for one in sections_of(f"Before\n\n{hidden}\n\nafter") for block in one.blocks]
    assert "SECRET" not in " ".join(said)
    assert {"Before", "after"} <= set(said)


def test_characters_that_nobody_sees_are_left_out():
    assert visible("re\u200bfu\u00adnd\u202e \ufeffnow\U000e0041") == "refund now"


def test_entities_and_line_ends_are_read():
    assert without_markup("Tom &amp; Anna\r\n<br>at home") == "Tom & Anna\n\nat home"


def test_headings_open_and_close_paths():
    found = sections_of("Intro.\n\n# One\n\n## Two\nText.\n\n# Three\n- a\n- b")
    assert [(one.path, one.blocks) for one in found] == [
        ((), ("Intro.",)),
        (("One", "Two"), ("Text.",)),
        (("Three",), ("- a", "- b")),
    ]


def test_a_row_of_a_table_can_be_read_alone():
    (section,) = sections_of("| Country | Days |\n|---|---|\n| UK | 2 |\n| France | 4 |")
    assert section.blocks == ("Country: UK; Days: 2", "Country: France; Days: 4")


def test_links_are_read_by_their_text():
    (section,) = sections_of("See [our terms](https://example.com/x) *now*.")
    assert section.blocks == ("See our terms now.",)


def test_passages_overlap_by_whole_sentences():
    text = " ".join(f"This is the sentence with the number {n} in it." for n in range(40))
    passages = cut([text])
    assert len(passages) > 1
    for one, two in pairwise(passages):
        assert two.split(".")[0] + "." in one
    assert all(size_of(one) <= MOST for one in passages)
    assert passages[-1].endswith("number 39 in it.")


def test_chinese_passages_have_at_most_300_characters():
    passages = cut(["这盏灯由橡木制成，可以调节亮度。" * 60])
    assert all(len(one) <= 330 for one in passages)
    assert len(passages) > 2


def test_a_sentence_without_end_is_cut_between_words():
    passages = cut(["word " * 1000])
    assert sum(len(one.split()) for one in passages) == 1000
    assert all(size_of(one) <= MOST for one in passages)


def test_nothing_gives_nothing():
    assert cut([]) == []
    assert cut(["", "  "]) == []
    assert sections_of("") == []
