"""Markdown becomes safe HTML and plain text, whatever somebody wrote."""

from html.parser import HTMLParser

import pytest

from customers.markdown import headings, render
from customers.plain_markdown import plain

ALLOWED = {
    *("p", "a", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "table", "thead", "tbody", "tr", "th", "td"),
    "mark",
}
ATTRIBUTES = {
    "tabindex",
    "href",
    "title",
    "rel",
    "src",
    "alt",
    "id",
    "class",
    "loading",
    "start",
    "style",
}


class Page(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


ATTACKS = [
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#x73;cript&colon;alert(1))",
    "[a](java\u200bscript:alert(1))",
    "[a](  javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](//evil.example/x)",
    "[a](/\\evil.example/x)",
    "[a](\\\\evil.example)",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "![a](javascript:alert(1))",
    "![a](https://evil.example/pixel.png)",
    "![a](//evil.example/pixel.png)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "![a](/\\evil.example/x.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<!-- hidden --><style>*{}</style>",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    '[a](https://x.example "t" onmouseover="alert(1)")',
    '[a](https://x.example/"onmouseover="alert(1))',
    '![a" onerror="alert(1)](/static/a.png)',
    '`<script>`\n\n```html" onclick="x\n<script>\n```',
    "| <script> |\n|---|\n| [a](javascript:x) |",
    "> > > <iframe src=//evil.example>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# <svg onload=alert(1)>",
]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("highlight", ["", "a", "<script>", '"x'])
def test_no_markup_that_is_not_ours_comes_out(text, highlight):
    page = Page(render(text, highlight))
    assert page.tags <= ALLOWED
    for name, value in page.attributes:
        assert name in ATTRIBUTES
        if name == "href":
            assert value.startswith(("https://", "http://", "mailto:", "/", "#", "?"))
            assert not value.startswith(("//", "/\\"))
        if name == "src":
            assert value.startswith("/static/")


@pytest.mark.parametrize(
    ("target", "drawn"),
    [
        ("https://x.example", '<a href="https://x.example" rel="nofollow noopener">a</a>'),
        ("mailto:a@x.example", '<a href="mailto:a@x.example" rel="nofollow noopener">a</a>'),
        ("/help/", '<a href="/help/">a</a>'),
        ("#s-part", '<a href="#s-part">a</a>'),
        ("other.md", '<a href="other.md">a</a>'),
    ],
)
def test_links_to_the_web_to_mail_and_to_ourselves_are_links(target, drawn):
    assert render(f"[a]({target})") == f"<p>{drawn}</p>\n"


def test_images_are_our_own_and_others_leave_their_words():
    assert render("![A lamp](/static/lamp.png)") == (
        '<p><img src="/static/lamp.png" alt="A lamp" loading="lazy" /></p>\n'
    )
    assert render("See ![A lamp](https://x.example/a.png).") == "<p>See A lamp.</p>\n"


def test_unseen_characters_are_removed_however_they_were_written():
    assert render("a\u200bb\u202ec&#8203;d&shy;e&#x202E;f\ufeff") == "<p>abcdef</p>\n"
    assert render("`a&#8203;\u2066b`") == "<p><code>a&amp;#8203;b</code></p>\n"


def test_headings_have_anchors_that_no_id_of_a_page_can_be():
    text = "# Returns *and* refunds\n\nx\n\n## Returns and refunds\n\n## 退货 说明\n\n## ?"
    assert [(one.level, one.title, one.anchor) for one in headings(text)] == [
        (1, "Returns and refunds", "s-returns-and-refunds"),
        (2, "Returns and refunds", "s-returns-and-refunds-2"),
        (2, "退货 说明", "s-退货-说明"),
        (2, "?", "s-part"),
    ]
    assert '<h2 id="s-退货-说明">' in render(text)


def test_tables_are_tables():
    assert "<td>£3</td>" in render("| Zone | Price |\n|---|---|\n| UK | £3 |")


def test_a_quotation_is_marked_across_emphasis_links_and_lines():
    text = "Send it **within 30\ndays** of [delivery](/help/), please."
    assert render(text, "within 30 days of delivery") == (
        '<p>Send it <strong><mark class="cited" id="cited">within 30</mark>\n'
        '<mark class="cited">days</mark></strong><mark class="cited"> of </mark>'
        '<a href="/help/"><mark class="cited">delivery</mark></a>, please.</p>\n'
    )


def test_a_quotation_may_span_blocks_code_and_table_cells():
    text = "- one\n- two `x < y`\n\n| UK | £3 |\n|---|---|\n| EU | £9 |"
    assert '<li><mark class="cited" id="cited">one</mark></li>' in render(text, "one two x")
    assert '<code><mark class="cited" id="cited">x &lt; y</mark></code>' in render(text, "x < y")
    assert render(text, "EU £9").count("<mark") == 2


def test_only_the_first_place_is_marked_and_only_whole_words():
    drawn = render("concatenate the cat, the cat", "cat")
    assert drawn == ('<p>concatenate the <mark class="cited" id="cited">cat</mark>, the cat</p>\n')
    assert "<mark" in render("三十天内可以退货。", "可以退货")


@pytest.mark.parametrize("quoted", ["not there", " ", "\u200b", "**days**", "</p>"])
def test_what_stands_nowhere_marks_nothing(quoted):
    assert render("Within 30 **days**", quoted) == render("Within 30 **days**")


def test_what_is_rendered_and_what_is_plain_read_the_same():
    text = "# A\n\nB *c* `d`\n\n- e\n- f\n\n> g\n\n| h | i |\n|---|---|\n| j | k |"
    assert render(text, plain(text)).count("<mark") == 12


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "*a " * 30_000, "<" * 50_000, "![[" * 20_000, ">" * 50_000]
)
def test_nested_nonsense_is_read_in_bounded_time(text):
    assert len(render(text, "x")) > 0
    assert isinstance(plain(text), str)
