"""The marked copy of a user's own file: what is marked, and that the mended copy loads like a file
that was right."""

import io

import openpyxl
import pytest
import xlsxwriter

from analytics.intake.recipe import recipe_from
from tests.conftest import AS_OF, write

COLUMNS = {"policy_id": "保单号", "agent_id": "工号", "due_date": "到期日", "outcome": "续保结果"}
RECIPE = recipe_from({"kind": "policies", "columns": COLUMNS})
ROWS = [
    ("007", "A1", "2026-04-02", "已续"),
    ("P2", "", "2026-04-31", "已续"),
    ("P3", "=B2", "2026-04-05", "未续"),
]


def made(path, form):
    if form == "csv":
        text = "\n".join(",".join(row) for row in (("四月应续保单",), COLUMNS.values(), *ROWS))
        return write(path, "四月.csv", text, "gb18030")
    with xlsxwriter.Workbook(str(path / "四月.xlsx"), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("四月")
        sheet.write(0, 0, "四月应续保单", book.add_format({"bold": True}))
        for number, row in enumerate((COLUMNS.values(), *ROWS), 1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        book.add_worksheet("旧").hide()
    return path / "四月.xlsx"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_copy_marks_the_bad_cells_with_their_reasons_and_loads_once_they_are_mended(
    home, tmp_path, form
):
    path = made(tmp_path, form)
    book = openpyxl.load_workbook(io.BytesIO(home.corrections(path, RECIPE, "zh")))
    sheet = book.worksheets[0]
    marked = {
        cell.coordinate: cell.comment.text
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }
    assert marked == {"B4": "必填，但是空着", "C4": "不是能识别的日期"}
    assert sheet["C4"].fill.start_color.rgb == "FFFFC7CE"
    assert book.sheetnames[-1] == "问题"
    assert [cell.value for cell in book["问题"][2]][1:4] == [4, "工号", None]

    sheet["B4"], sheet["C4"] = "A1", "2026-04-30"
    mended = tmp_path / "mended.xlsx"
    book.save(mended)
    receipt = home.load(mended, RECIPE, as_of=AS_OF)
    assert (receipt.loaded, receipt.rejected) == (3, 0)
    with home.warehouse.cursor() as cursor:
        rows = cursor.execute(
            "select policy_id, agent_id, due_date::varchar from policies order by 1"
        ).fetchall()
    assert rows == [
        ("007", "A1", "2026-04-02"),
        ("P2", "A1", "2026-04-30"),
        ("P3", "=B2", "2026-04-05"),
    ]


def test_the_command_writes_the_copy_and_stores_nothing(shell, tmp_path):
    path = made(tmp_path, "csv")
    recipe = write(tmp_path, "r.toml", RECIPE.toml())
    said = shell("corrections", path, "--recipe", recipe, "--out", tmp_path / "out.xlsx")
    assert said["issues"] == 2
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["Sheet1", "Issues"]
    assert shell("loads") == []
