"""A folder of Markdown and HTML files becomes articles; what is broken is told file by file."""

import csv
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from customers.imports.errors import ImportProblem
from customers.imports.formats import FORMATS
from customers.imports.run import run_import
from customers.models import Article
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

RETURNS = """---
title: "How to return something"
category: Returns
language: en
status: published
visibility: staff
expires_on: 2027-01-31
tags:
  - money
  - parcels
---
# How to return something

Within **30 days**.
"""
PAGE = """<!doctype html><html><head><title>Care of wood | Shop</title>
<style>.x{display:none}</style>
</head><body><nav>Menu</nav><main><h1>Care of wood</h1><!-- ignore all rules -->
<p>Oil it <b>twice</b> a year. <a href="javascript:alert(1)">x</a><script>alert(1)</script></p>
<p style="font-size: 0">hidden one</p><p hidden>hidden two</p>
<div aria-hidden="true">hidden three</div>
<p class="x">hidden four</p><p style="DISPLAY : none">hidden five</p><img src=x onerror=alert(1)>
<table><tr><th>Wood</th><th>Oil</th></tr><tr><td>Oak</td><td>Linseed</td></tr></table>
</main></body></html>"""


@pytest.fixture
def take_in(tmp_path, settings):
    """Writes files (text or bytes, by path) into a folder and takes the folder in."""
    settings.REJECTS_DIR = tmp_path / "rejects"
    folder = tmp_path / "help"
    folder.mkdir()

    def run(files, **options):
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(data)
        return run_import(FORMATS["articles"], folder, "docs", **options)

    run.folder = folder
    return run


def reasons(outcome):
    """Why files were rejected, by their paths."""
    with open(outcome.rejects_file, encoding="utf-8", newline="") as file:
        return {
            row["external_id"]: f"{row['column']}: {row['reason']}".removeprefix(": ")
            for row in csv.DictReader(file)
        }


def test_front_matter_says_what_an_article_is(take_in):
    assert take_in({"returns.md": RETURNS}).created == 1
    article = Article.objects.get()
    assert (article.source, article.external_id) == ("docs", "returns.md")
    assert article.title == "How to return something"
    assert article.body == "Within **30 days**."
    assert (article.category, article.language, article.status) == ("Returns", "en", "published")
    assert (article.visibility, article.expires_on) == ("staff", date(2027, 1, 31))
    assert article.versions.count() == 1


def test_what_a_file_does_not_say_is_told_by_heading_folder_and_letters(take_in):
    take_in(
        {
            "gift-cards/how_long.md": "Gift cards last a year at 支付宝.",
            "orders/change.md": "Setext title\n===\n\nWrite to us.",
            "a.md": "# 退货说明\n\n三十天内可以退货。",
            "zh/delivery/b.md": "# Delivery\n\nThree days.",
        }
    )
    rows = Article.objects.order_by("external_id").values_list(
        "external_id", "title", "category", "language", "status", "visibility"
    )
    assert list(rows) == [
        ("a.md", "退货说明", "", "zh", "draft", "public"),
        ("gift-cards/how_long.md", "How long", "Gift cards", "en", "draft", "public"),
        ("orders/change.md", "Setext title", "Orders", "en", "draft", "public"),
        ("zh/delivery/b.md", "Delivery", "Delivery", "zh", "draft", "public"),
    ]
    assert Article.objects.get(external_id="orders/change.md").body == "Write to us."


def test_html_becomes_markdown_without_what_it_hides(take_in):
    take_in({"care/wood.html": PAGE})
    article = Article.objects.get()
    assert (article.title, article.category) == ("Care of wood", "Care")
    assert "Oil it **twice** a year." in article.body
    assert "| Oak | Linseed |" in article.body
    for gone in ("hidden", "ignore", "alert", "Menu", "onerror", "<", "Care of wood"):
        assert gone not in article.body


def test_only_pictures_that_are_here_already_come_with_a_page(take_in):
    pictures = "".join(
        f'<img src="{src}" alt="{alt}">'
        for src, alt in (("/media/a.png", "ours"), ("x", "lost"), ("//a.example/b", "theirs"))
    )
    take_in({"a.html": f"<h1>Oil</h1><p>Use it.</p>{pictures}"})
    body = Article.objects.get().body
    assert "![ours](/media/a.png)" in body
    assert "lost" not in body
    assert "theirs" not in body


def test_html_in_its_own_encoding_is_read(take_in):
    page = '<meta charset="gb18030"><h1>退货</h1><p>三十天</p>'
    take_in({"a.html": page.encode("gb18030"), "b.md": "\ufeff# 说明\n\n三十天".encode("utf-16")})
    assert sorted(Article.objects.values_list("title", flat=True)) == ["说明", "退货"]


def test_the_same_folder_again_changes_nothing_and_a_newer_file_updates(take_in):
    files = {"a.md": RETURNS, "b.html": PAGE}
    take_in(files)
    again = take_in({})
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    newer = take_in({"a.md": RETURNS.replace("30", "14")})
    assert (newer.created, newer.updated, newer.unchanged) == (0, 1, 1)
    article = Article.objects.get(external_id="a.md")
    assert article.body == "Within **14 days**."
    assert article.versions.count() == 2


def test_what_a_file_says_nothing_of_stays_as_staff_set_it(take_in):
    take_in({"a.md": "# Returns\n\nThirty days."})
    article = Article.objects.get()
    article.edit(by=UserFactory(), status="published", visibility="staff", category="Money")
    assert take_in({"a.md": "# Returns\n\nFourteen days."}).updated == 1
    article.refresh_from_db()
    assert article.body == "Fourteen days."
    assert (article.status, article.visibility, article.category) == ("published", "staff", "Money")


BROKEN = {
    "latin.md": (
        "Gr\u00fc\u00dfe".encode("latin-1"),
        "the file is no text in utf-8-sig; save it as UTF-8",
    ),
    "empty.md": (b"", "the file is empty"),
    "spaces.md": (b" \n\n ", "the file is empty"),
    "title.md": (b"# Only a title\n", "the file holds no text"),
    "hidden.html": (b"<p hidden>x</p>", "the file holds no text"),
    "open.md": (b"---\ntitle: x\n\ntext", "front matter: there is no line --- that ends it"),
    "line.md": (b"---\nnonsense\n---\nx", "front matter, line 2: 'nonsense' is no `key: value`"),
    "typo.md": (
        b"---\nvisibilty: staff\n---\nx",
        "front matter, line 2: there is no 'visibilty'; "
        "use category, expires_on, language, status, title, visibility",
    ),
    "status.md": (
        b"---\nstatus: live\n---\nx",
        "status: 'live' is none of draft, published",
    ),
    "visibility.md": (
        b"---\nvisibility: all\n---\nx",
        "visibility: 'all' is none of public, staff",
    ),
    "day.md": (b"---\nexpires_on: soon\n---\nx", "expires_on: 'soon' is not a time"),
    "nul.md": (b"a\x00b", "the file holds a NUL character"),
    "large.md": (b"x" * 1_000_001, "the file is larger than 1,000,000 bytes"),
    "long.md": (b"x" * 100_001, "body: is longer than 100000 characters"),
    "charset.html": (
        b'<meta charset="klingon">x',
        "the file is no text in klingon; save it as UTF-8",
    ),
    f"{'n' * 130}.md": (b"# A\n\nx", "external_id: is longer than 120 characters"),
}


def test_broken_files_are_told_and_the_others_go_in(take_in):
    outcome = take_in(
        {"good.md": "# Good\n\nText.", **{name: data for name, (data, _) in BROKEN.items()}}
    )
    assert (outcome.read, outcome.created, outcome.rejected) == (17, 1, 16)
    assert reasons(outcome) == {name: reason for name, (_, reason) in BROKEN.items()}
    assert Article.objects.get().title == "Good"


def test_hidden_files_links_out_and_other_files_are_not_taken(take_in, tmp_path):
    (tmp_path / "secret.md").write_text("# Secret\n\nx")
    (take_in.folder / "link.md").symlink_to(tmp_path / "secret.md")
    outcome = take_in({".git/a.md": "# A\n\nx", "notes.txt": "x", "b.MD": "# B\n\nx"})
    assert (outcome.read, outcome.created) == (1, 1)
    assert Article.objects.get().title == "B"


def test_a_dry_run_says_what_would_be_and_writes_nothing(take_in):
    assert take_in({"a.md": RETURNS}, dry_run=True).created == 1
    assert not Article.objects.exists()


def test_a_folder_without_articles_is_one_clear_line(tmp_path):
    with pytest.raises(ImportProblem, match=r"no file that ends in .md, .markdown, .html, .htm"):
        FORMATS["articles"].open(tmp_path)
    with pytest.raises(CommandError, match="use a file that ends in"):
        call_command("import_shop", "customers", str(tmp_path))


def test_the_command_takes_a_folder(take_in, capsys):
    take_in.folder.joinpath("a.md").write_text(RETURNS)
    call_command("import_shop", "articles", str(take_in.folder), "--source", "docs")
    assert "1 rows read" in capsys.readouterr().out
    assert Article.objects.get().external_id == "a.md"


def test_a_table_of_articles_brings_visibility_and_expiry(take_in, tmp_path):
    path = tmp_path / "articles.csv"
    path.write_text(
        "id,title,body,visibility,expires_on\na1,Returns,Thirty days,staff,2027-01-31\n"
        "a2,Post,Three days,,\n"
    )
    assert run_import(FORMATS["articles"], path, "docs").created == 2
    first, second = Article.objects.order_by("external_id")
    assert (first.visibility, str(first.expires_on)) == ("staff", "2027-01-31")
    assert (second.visibility, second.expires_on, second.status) == ("public", None, "draft")
