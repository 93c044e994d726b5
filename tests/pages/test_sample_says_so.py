"""Whatever leaves the house while the sample company is loaded says that it is made up."""

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import streamlit as st

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Filters, Period
from analytics.reports.sheet_files import to_zip
from pages.ui import load
from tests.conftest import Shell
from tests.pages.test_pages import opened, sound

MAY = ("--from", "2026-05", "--to", "2026-05")
SAID = "Sample data"


@pytest.fixture(scope="module")
def shell(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("said") / "home"
    shutil.copytree(sample_folder, folder)
    return Shell(folder)


def first_cell(path: Path) -> str:
    return str(openpyxl.load_workbook(path).worksheets[0]["A1"].value)


def test_files_of_the_command_line_begin_with_it(shell, tmp_path):
    shell("coaching", *MAY, "--out", tmp_path / "list.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "list.csv").read_text("utf-8-sig"))))
    assert rows[0][0].startswith(SAID)
    assert rows[1][:3] == ["Agent ID", "Name", "Team"]
    shell("coaching", *MAY, "--out", tmp_path / "list.xlsx")
    assert first_cell(tmp_path / "list.xlsx").startswith(SAID)
    agent = rows[2][0]
    wanted = ("--agent", agent, "--indicator", "renewal_rate", *MAY)
    shell("records", *wanted, "--out", tmp_path / "records.xlsx")
    assert first_cell(tmp_path / "records.xlsx").startswith(SAID)
    shell("sheet", agent, *MAY, "--out", tmp_path / "sheet.xlsx")
    words = [
        str(cell.value)
        for row in openpyxl.load_workbook(tmp_path / "sheet.xlsx").worksheets[0]["A1:A4"]
        for cell in row
    ]
    assert any(word.startswith(SAID) for word in words)


def test_json_has_it_as_a_key_and_is_no_trial(shell):
    listed = shell("coaching", *MAY)
    assert (listed["sample"], listed["trial"]) == (True, False)
    assert listed["note"].startswith(SAID)
    assert list(listed["agents"][0])[:3] == ["agent_id", "name", "team"]


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("pages/people/coaching.py", "coaching"),
        ("pages/picture/quadrant.py", "quadrant"),
        ("pages/picture/funnel.py", "funnel"),
    ],
)
def test_files_of_a_page_say_it_in_their_name_and_first_row(
    sample_folder, tmp_path, monkeypatch, page, key
):
    shutil.copytree(sample_folder, tmp_path / "home")
    files: dict[str, tuple[str, Callable[[], bytes]]] = {}

    def button(label, data=None, name=None, mime=None, **more):
        files[more["key"]] = (name, data)
        return False

    monkeypatch.setattr(st, "download_button", button)
    app = opened(tmp_path / "home", monkeypatch)
    app.switch_page(page).run()
    sound(app)
    name, make = files[f"{key}.csv"]
    text = make().decode("utf-8-sig")
    load.close()
    assert name.startswith("示例_")
    assert text.startswith('"示例数据')


def test_the_files_inside_a_pack_of_sheets_say_it_in_their_names(sample_folder, tmp_path):
    shutil.copytree(sample_folder, tmp_path / "home")
    desk = Desk(Home(tmp_path / "home"))
    last = desk.latest_closed().last
    sheets, _ = desk.shown_sheets(desk.around(Filters(Period(last, last))), ["A1016"])
    with zipfile.ZipFile(io.BytesIO(to_zip(sheets, "zh"))) as archive:
        assert [name.startswith("示例_A1016_") for name in archive.namelist()] == [True]
    with zipfile.ZipFile(io.BytesIO(to_zip(sheets, "en"))) as archive:
        assert [name.startswith("Sample_A1016_") for name in archive.namelist()] == [True]
    desk.home.close()


def test_without_the_sample_nothing_says_so(tiny, tmp_path):
    folder = tiny.folder
    tiny.close()
    shell = Shell(folder)
    listed = shell("coaching", "--out", tmp_path / "list.csv")
    assert {"sample", "note"} & set(listed) == set()
    assert "Sample" not in (tmp_path / "list.csv").read_text("utf-8-sig")
