"""A zip of Markdown and HTML files becomes articles; each bad file is told with its reason."""

import csv
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.imports import article_archives, article_files
from customers.imports.errors import ImportProblem
from customers.imports.formats import FORMATS
from customers.imports.jobs import carry_out
from customers.imports.run import run_import
from customers.models import Article, Import

pytestmark = pytest.mark.django_db
GOOD = {"zh/退货/窗口.md": "# 退货\n\n三十天。", "care/wood.html": "<h1>Wood</h1><p>Oil it.</p>"}


@pytest.fixture
def packed(tmp_path, settings):
    """Writes files (by path or ZipInfo) into a zip."""
    settings.REJECTS_DIR, settings.MEDIA_ROOT = tmp_path / "rejects", tmp_path / "media"

    def pack(files):
        path = tmp_path / "help.zip"
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return pack


def reasons(outcome):
    with open(outcome.rejects_file, encoding="utf-8-sig", newline="") as file:
        return {row["external_id"]: row["reason"] for row in csv.DictReader(file)}


def test_a_zip_that_is_uploaded_goes_in_as_a_folder_does(packed, client, admin_user):
    data = packed({**GOOD, "__MACOSX/care/._wood.html": "x", "care/wood.png": b"x"}).read_bytes()
    client.force_login(admin_user)
    file = SimpleUploadedFile("help.zip", data)
    client.post("/imports/", {"format": "articles", "source": "docs", "file": file})
    job = Import.objects.get()
    carry_out(job.pk)
    assert job.ask_for("queued")
    carry_out(job.pk)
    job.refresh_from_db()
    assert (job.status, job.created, job.rejected, job.error) == ("done", 2, 0, "")
    told = set(Article.objects.values_list("external_id", "title", "category", "language"))
    assert told == {
        ("zh/退货/窗口.md", "退货", "退货", "zh"),
        ("care/wood.html", "Wood", "Care", "en"),
    }


def test_each_bad_file_is_told_with_its_reason_and_the_rest_goes_in(packed, monkeypatch):
    monkeypatch.setattr(article_files, "MOST_BYTES", 5_000)
    monkeypatch.setattr(article_archives, "MOST_BYTES", 5_000)
    link = ZipInfo("care/link.md")
    link.external_attr = 0o120777 << 16
    bad = {"../out.md": "a", "/etc/out.md": "a", "C:\\out.md": "a", link: "../../etc/passwd",
           "large.md": "a" * 6_000, "empty.md": " "}  # fmt: skip
    outcome = run_import(FORMATS["articles"], packed({**GOOD, **bad}), "docs")
    assert (outcome.created, outcome.rejected) == (2, 6)
    told = reasons(outcome)
    assert "leads out of the archive" in told["../out.md"]
    assert "leads out of the archive" in told["/etc/out.md"]
    assert "leads out of the archive" in told["C:/out.md"]
    assert "a link" in told["care/link.md"]
    assert "larger than 5,000 bytes" in told["large.md"]
    assert "empty" in told["empty.md"]


def test_a_file_that_is_damaged_is_told_and_not_taken(packed):
    path = packed({"a.md": "# Good\n\nWords that are well."})
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    outcome = run_import(FORMATS["articles"], path, "docs")
    assert (outcome.created, outcome.rejected) == (0, 1)
    assert "cannot be unpacked" in reasons(outcome)["a.md"]


def test_too_many_too_large_or_no_articles_are_refused_before_anything_is_read(
    packed, monkeypatch, tmp_path
):
    def refused(path):
        with pytest.raises(ImportProblem) as problem:
            FORMATS["articles"].open(path)
        return str(problem.value)

    assert "no file in it that ends in .md" in refused(packed({"a.txt": "a"}))
    monkeypatch.setattr(article_archives, "MOST_BYTES_IN_ALL", 100)
    assert "larger than 100 bytes when unpacked" in refused(packed({"a.md": "a" * 101}))
    monkeypatch.setattr(article_archives, "MOST_FILES", 1)
    assert "2 files; import at most 1" in refused(packed({"a.md": "a", "b.md": "b"}))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"not a zip")
    assert "no zip archive that can be read" in refused(broken)
