"""Plain text holds what a page would show, and nothing else."""

import pytest

from customers.hidden_html import visible_text
from customers.plain_markdown import plain, sections_of


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
        "<div style='color:#fff; background: white'>SECRET</div>",
        "<p style='clip: rect(0 0 0 0); position: absolute'>SECRET</p>",
        "<div hidden/>SECRET</div>",
        "<style>.x{display:none}</style><p class=x>SECRET</p>",
    ],
)
def test_what_a_page_hides_is_not_read(hidden):
    assert visible_text(f"Before {hidden} after").split() == ["Before", "after"]
    said = [block for one in sections_of(f"Before\n\n{hidden}\n\nafter") for block in one.blocks]
    assert "SECRET" not in " ".join(said)
    assert {"Before", "after"} <= set(said)
    assert plain(f"Before\n\n{hidden}\n\nafter") == "Before\nafter"


def test_an_element_hides_the_markdown_in_it_until_it_is_closed():
    text = "One\n\n<div hidden>\n\n# SECRET\n\n- **SECRET**\n\n</div>\n\n# Two\n\nEnd"
    assert plain(text) == "One\nTwo\nEnd"
    assert [(one.path, one.blocks) for one in sections_of(text)] == [
        ((), ("One",)),
        (("Two",), ("End",)),
    ]


def test_what_a_paragraph_leaves_open_ends_with_it():
    assert plain("Press <span hidden>SECRET\n\nNext") == "Press\nNext"


def test_code_that_speaks_of_html_is_text():
    text = "Put `<script>` and\n\n```\n<div hidden>x &amp; y\n```\n\non the <b>page</b>"
    assert plain(text) == "Put <script> and\n<div hidden>x &amp; y\non the page"
    (section,) = sections_of(text)
    assert section.blocks == ("Put <script> and", "<div hidden>x &amp; y", "on the page")


def test_white_words_on_a_dark_ground_are_seen():
    banner = "<div style='background:#123'><p style='color:white'>Sale</p></div>"
    assert visible_text(banner) == "Sale"


def test_a_piece_cannot_pass_for_another():
    assert plain("<p>a&#xE000;0&#xE001;b&#57344;99&#57345;c</p>\n\nd") == "ab\nd"


@pytest.mark.parametrize("text", ["<a x='" * 20_000, "a<!-- b -->" * 5_000, "<p>" * 5_000])
def test_nested_nonsense_is_read_in_bounded_time(text):
    assert isinstance(visible_text(text), str)
    assert isinstance(plain(text), str)


def test_entities_and_line_ends_are_read():
    assert visible_text("Tom &amp; Anna\r\n<br>at home") == "Tom & Anna\n\nat home"


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


def test_nothing_gives_nothing():
    assert sections_of("") == []
    assert plain("") == ""


def test_plain_text_is_what_a_reader_sees():
    text = (
        "# Returns\n\nWithin **30\ndays**, [here](/x/).  \nNext\n\n1. one\n2. two\n\n"
        "| UK | £3 |\n|---|---|\n| EU | £9 |\n\n```\ncode\n```\n![A lamp](https://x.example/)"
    )
    assert plain(text) == (
        "Returns\nWithin 30 days, here.\nNext\none\ntwo\nUK £3\nEU £9\ncode\nA lamp"
    )


def test_plain_text_leaves_out_what_html_hides():
    text = (
        "Before <!-- a --><span style='font-size:0'>b<b>c</b></span><span hidden>d</span> after\n\n"
        "<div>shown<p style='display: none'>e</p><script>f</script></div>\n\n"
        "<div aria-hidden=true>g</div>\n\n<!--\nh\n-->\n\nif a < b"
    )
    assert plain(text) == "Before  after\nshown\nif a < b"
