"""Damaged files: each gives one sentence, in time, and leaves the store byte for byte as it was."""

import hashlib
import io
import multiprocessing
import random
import resource
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import openpyxl
import pandas as pd

from analytics.errors import RenewalError
from analytics.home import Home
from analytics.intake.recipe import recipe_from
from analytics.language import explain
from tests.forks import forked_reading

COLUMNS = {
    "policy_id": "保单号",
    "agent_id": "工号",
    "due_date": "到期日",
    "outcome": "续保结果",
    "premium_due": "应续保费",
}
RECIPE = recipe_from({"kind": "policies", "columns": COLUMNS})
FRAME = pd.DataFrame(
    [
        (
            f"P{policy}",
            f"A{policy % 7}",
            f"2026-0{1 + policy % 6}-1{policy % 9}",
            "已续" if policy % 3 else "未续",
            f"{policy}.50",
        )
        for policy in range(400)
    ],
    columns=list(COLUMNS.values()),
)
FRAME.loc[0, "到期日"] = (
    "someday"  # so that damage which hits only a letter of a name does not make a file good
)
FILES, SECONDS, MEGABYTES = 100, 10, 1024


def whole():
    """The undamaged files, by form."""
    xlsx, parquet, archive = io.BytesIO(), io.BytesIO(), io.BytesIO()
    FRAME.to_excel(xlsx, index=False, engine="openpyxl")
    FRAME.to_parquet(parquet, index=False)
    text = FRAME.to_csv(index=False)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("四月.csv", text)
    return {
        "xlsx": xlsx.getvalue(),
        "parquet": parquet.getvalue(),
        "zip": archive.getvalue(),
        "csv": text.encode(),
        "gb": text.encode("gb18030"),
    }


def truncated(data, draw):
    return data[: draw.randrange(1, len(data) - 1)]


def flipped(data, draw):
    """Many flipped bits: a few in a compressed stream always break its checksum."""
    out = bytearray(data)
    for _ in range(draw.choice([3, 20, 200])):
        out[draw.randrange(len(out))] ^= 1 << draw.randrange(8)
    return bytes(out)


def holed(data, draw):
    """A stretch of zeros, as a failing disk leaves it."""
    start = draw.randrange(len(data) - 64)
    return data[:start] + bytes(min(512, len(data) - start)) + data[start + 512 :]


def spliced(data, draw):
    """The beginning of one file and the end of another place in it."""
    return (
        data[: draw.randrange(len(data) // 2)] + data[draw.randrange(len(data) // 2, len(data)) :]
    )


def noise(_, draw):
    return draw.randbytes(draw.randrange(1, 20_000))


def workbook_with(**cells):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for place, value in cells.items():
        book.active[place] = value
    book.save(out)
    return out.getvalue()


def zipped(name, data, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(name, data)
        for other, content in more.items():
            made.writestr(other, content)
    return out.getvalue()


def special():
    """What somebody would build on purpose, and what is simply no table."""
    header = ",".join(COLUMNS.values())
    yield "corner.xlsx", workbook_with(A1="保单号", XFD1048576="x")
    yield "bomb.xlsx", zipped("xl/workbook.xml", b"0" * 400_000_000)
    yield "bomb.zip", zipped("a.csv", b"0" * 400_000_000)
    yield "nested.zip", zipped("b.zip", zipped("a.csv", b"x"))
    yield "escape.zip", zipped("../../a.csv", b"")
    yield (
        "laughs.xlsx",
        zipped(
            "xl/workbook.xml",
            b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
            b"<workbook>&b;</workbook>",
        ),
    )
    yield "columns.csv", ",".join(f"c{column}" for column in range(1_000_000)).encode() + b"\n1\n"
    yield "columns.tsv", b"\t" * 1_000_000 + b"\n"
    yield "line.csv", b"x" * 100_000_000
    yield "line2.csv", header.encode() + b"\n" + b"P1,A1," + b"9" * 100_000_000
    yield "quote.csv", header.encode() + b'\n"P1,A1,2026-04-01\n'
    yield "nul.csv", header.encode() + b"\n\0\0\0\0\0\0,A1\n"
    yield "other.csv", b"a,b,c\n1,2,3\n"
    yield "empty.csv", b""
    yield "blank.txt", b"\n \n\t\n"
    yield "page.html.csv", b"<html><body><table><tr><td>1</td></tr></table></body></html>"
    yield "json.csv", b'{"a": [1, 2, 3]}'
    yield "pdf.xlsx", b"%PDF-1.7\n" + b"\0" * 500
    yield "picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 500
    yield "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000
    yield "late.csv", header.encode() + b"\nP1,A1,2026-04-01,x,1\n" * 5000 + b"\xff\xfe"


def damaged():
    """Name and bytes of a hundred files, the same at every run."""
    draw = random.Random(20261125)
    forms = whole()
    ways = (truncated, flipped, holed, spliced, noise)
    made = list(special())
    while len(made) < FILES:
        form, way = draw.choice(list(forms)), draw.choice(ways)
        suffix = draw.choice(["xlsx", "csv", "xls", "parquet", "zip", "ods", "txt"])
        made.append((f"{len(made):03d}-{form}-{way.__name__}.{suffix}", way(forms[form], draw)))
    return made


def fingerprint(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def try_all(folder: Path) -> tuple[list[tuple[str, str, float]], float]:
    """What each damaged file makes a home say, in how many seconds; and the most memory (MB) that
    reading any took."""
    home = Home(folder / "home")

    def try_one(file):
        name, data = file
        path = folder / name
        path.write_bytes(data)
        begun = time.monotonic()
        said = "loaded"
        try:
            with home.members(path) if name.endswith(".zip") else nullcontext([path]) as members:
                for member in members:
                    home.load(member, RECIPE, on_issues="refuse")
        except RenewalError as error:
            said = explain(error, "en")
        path.unlink()
        return name, said, time.monotonic() - begun

    with forked_reading(), ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(try_one, damaged()))
    home.close()
    return answers, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def test_damaged_files_each_give_one_sentence_and_leave_the_store_as_it_was(tmp_path):
    (tmp_path / "good.csv").write_bytes(FRAME[1:].to_csv(index=False).encode())
    home = Home(tmp_path / "home")
    home.load(tmp_path / "good.csv", RECIPE)
    home.close()
    before = fingerprint(tmp_path / "home")
    # In a process of its own: the system keeps the memory of all children ever, those of other
    # tests too.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        answers, memory = alone.submit(try_all, tmp_path).result()
    assert len(answers) == FILES
    for name, said, seconds in answers:
        assert said != "loaded", name
        assert 0 < len(said) < 800, (name, said)
        assert "\n" not in said, (name, said)
        assert seconds < SECONDS, (name, seconds)
    assert fingerprint(tmp_path / "home") == before
    assert memory < MEGABYTES
