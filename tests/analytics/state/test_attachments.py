"""What may be handed in with an objection, and under which name."""

from __future__ import annotations

import io
import zipfile

import pytest

from analytics.errors import RequestRefused
from analytics.people import Attachment
from analytics.reports.tables import export_name
from analytics.state.attachments import accepted, clean_name


def archive(*parts: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as book:
        for part in parts:
            book.writestr(part, "x")
    return data.getvalue()


WORKBOOK = archive("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("证明.pdf", b"%PDF-1.7 ..."),
        ("a.PNG", b"\x89PNG\r\n\x1a\n..."),
        ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("a.webp", b"RIFF\0\0\0\0WEBP"),
        ("a.txt", "说明".encode("gb18030")),
        ("a.csv", "\ufeffa,b\r\n1,2".encode()),
        ("a.xlsx", WORKBOOK),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml")),
    ],
)
def test_documents_and_pictures_that_are_what_they_say_are_taken(name, data):
    assert accepted(Attachment(name, data)) == Attachment(name, data)


@pytest.mark.parametrize(
    "name",
    [
        "a.exe",
        "a.html",
        "a.svg",
        "a.pdf.js",
        "pdf",
        "a.",
        "",
        "a.xlsm",
        "evil\u202efdp.exe",
        "a.pdf/",
    ],
)
def test_other_kinds_are_refused_by_name(name):
    with pytest.raises(RequestRefused) as error:
        accepted(Attachment(name, b"%PDF-1.7"))
    assert error.value.key == "attachment_kind"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"MZ\x90\0"),
        ("a.png", b"<svg onload=alert(1)>"),
        ("a.txt", b"<!DOCTYPE html><script>"),
        ("a.csv", b"PK\x03\x04"),
        ("a.txt", b"a\0b"),
        ("a.txt", b""),
        ("a.xlsx", b"PK\x03\x04 torn"),
        ("a.xlsx", archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("a.docx", WORKBOOK),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name, data):
    with pytest.raises(RequestRefused) as error:
        accepted(Attachment(name, data))
    assert error.value.key == "attachment_not_that"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/a.pdf", "a.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\u202efdp.\u200bpdf", "afdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ('"a*?.pdf', "_a__.pdf"),
        ("..pdf", "pdf"),
        ("安" * 300 + ".pdf", "安" * 116 + ".pdf"),
        ("", "file"),
    ],
)
def test_a_name_keeps_its_last_part_and_its_ending_and_nothing_unseen(given, kept):
    assert clean_name(given) == kept


def test_a_download_is_named_by_letters_and_digits_alone():
    name = export_name('a"\r\nX: y;/..\\\u202e安', 3, "p/df\r\n")
    assert name.startswith("a__X__y__.._安_v3_")
    assert name.endswith(".pdf")
