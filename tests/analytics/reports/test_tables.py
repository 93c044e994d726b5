"""Numbers of a file are numbers, with as many digits as mean something."""

import io

import openpyxl
import pandas as pd

from analytics.catalogue import built_in_catalogue
from analytics.insight.coaching import COLUMNS
from analytics.reports.lists.coaching import (
    FORMATS,
    READ,
    coaching_table,
    first_action,
    reading_table,
)
from analytics.reports.tables import Column, Table, to_csv, to_xlsx


def table() -> Table:
    frame = pd.DataFrame(
        {"rate": [0.636363, 0.99997], "money": [42219.87, 1000.0], "amount": [165.0, 2.5]}
    )
    return Table(
        frame,
        [
            Column("rate", "率", "percent"),
            Column("money", "保费", "money"),
            Column("amount", "数", "amount"),
        ],
    )


def test_a_workbook_has_numbers_with_formats_percent_by_one_decimal_and_money_by_none():
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx({"t": table()}))).worksheets[0]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "n"]
    assert sheet["A2"].number_format.endswith("0.0%")
    assert (sheet["B2"].value, sheet["B2"].number_format) == (42219.87, "#,##0")
    # a whole amount has no point behind it
    assert (sheet["C2"].number_format, sheet["C3"].number_format) == ("#,##0", "#,##0.00")


def test_a_text_file_has_shares_by_four_decimals_and_none_below_one_reads_one():
    lines = to_csv(table()).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["0.6364,42219.87,165", "0.9999,1000,2.5"]


def test_a_file_of_the_coaching_list_keeps_every_column_and_the_page_shows_five():
    whole = coaching_table(pd.DataFrame(columns=list(COLUMNS)), built_in_catalogue(), "zh")
    exported = [column.name for column in whole.exported]
    assert exported == [name for name in FORMATS if name != "extra_range"]
    formats = {column.name: column.format for column in whole.exported}
    assert (formats["gain"], formats["extra_premium"]) == ("percent", "money")
    assert [column.name for column in reading_table(whole).shown] == list(READ)


def test_a_column_has_room_for_the_first_thing_to_do_and_a_detail_has_all():
    assert first_action("先看更多月份的数据再定；逐单复盘未续保单") == "先看更多月份的数据再定"
    assert first_action("Look at more months; go through them") == "Look at more months"
    assert first_action("陪访") == "陪访"
