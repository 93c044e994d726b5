"""What the upload page says of a manager's own monthly sheets, and opens first."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from streamlit.testing.v1 import AppTest

from analytics.intake.spellings import Alike
from analytics.language import say
from analytics.model import Receipt
from analytics.reports.sheets import category_line
from pages.data.receipts import after_merging
from pages.ui import load
from tests.conftest import load_text, write
from tests.pages.test_pages import opened, sound
from tests.present import present

ZEROS = Alike("4518", "004518", 1, 2, "dress")
OTHER = Alike("77", "0077", 1, 2, "dress")


def receipt(count: int) -> Receipt:
    apart = ("agents_alike", {"count": count, "spelling": "4518", "agent": "004518"})
    return Receipt(
        1,
        "scoresheet",
        "十月.xlsx",
        14,
        14,
        0,
        0,
        14,
        ("2026-10",),
        notes=(apart, ("columns_unused", {})),
    )


def test_a_receipt_does_not_call_people_different_whom_its_reader_has_just_merged():
    (done,) = after_merging([receipt(1)], [ZEROS], [])
    assert done.notes == (("columns_unused", {}),)
    (done,) = after_merging([receipt(2)], [ZEROS], [OTHER])
    assert done.notes[0] == ("agents_alike", {"count": 1, "spelling": "77", "agent": "0077"})
    (done,) = after_merging([receipt(1)], [], [ZEROS])
    assert done.notes == receipt(1).notes


HEAD = "工号,姓名,团队,考核期,应续件数,{renewed},续保率,应续保费,续保保费,客户满意度,投诉件数\n"


BOOKS = (  # due, renewed, satisfaction
    (45, 40, 92),
    (36, 27, 88.5),
    (49, 41, 95),
    (30, 22, 79),
    (35, 31, 91),
    (44, 36, 86),
    (41, 36, 93.5),
    (31, 25, 84),
    (34, 22, 80),
    (50, 44, 94),
    (29, 20, 77.5),
    (43, 37, 90),
    (25, 20, 89),
    (38, 28, 82),
)


def sheet(month: str, renewed: str) -> str:
    rows = (
        f"A{agent:02},张{agent},东,{month},{due},{won},{won / due:.1%},{due * 4400},"
        f"{won * 4300},{points},{agent % 3 // 2}\n"
        for agent, (due, won, points) in enumerate(BOOKS)
    )
    return HEAD.format(renewed=renewed) + "".join(rows)


def test_the_words_of_motor_renewal_for_what_was_renewed_are_known(home, tmp_path):
    path = write(tmp_path, "十月.csv", sheet("2026-10", "续回件数"))
    assert home.recipe_for(path).columns["renewed_policies"] == "续回件数"


def test_whom_too_few_cases_leave_without_rank_an_empty_chart_does_not_stand_for(
    home, tmp_path, monkeypatch
):
    load_text(home, tmp_path, "scoresheet", sheet("2026-10", "已续件数"))
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    sound(app)
    assert [message.value for message in app.info] == [
        "14 名参评的人数据都太少，不排名，所以这里不画名次图；得分在下表。"
    ]
    app.switch_page("pages/picture/trends.py").run()
    sound(app)
    assert "评估表" in app.info[0].value
    app.query_params["tab"] = "records"
    app.switch_page("pages/people/person.py").run()
    sound(app)
    assert not [caption.value for caption in app.caption if "—%" in caption.value]
    load.close()


def test_the_page_names_figures_that_it_does_not_understand_and_opens_the_file_that_waits(
    home, tmp_path, monkeypatch
):
    first = sheet("2026-09", "已续件数").encode()
    second = sheet("2026-10", "回来的").encode()
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch)
    app.switch_page("pages/data/upload.py").run()
    app.file_uploader(key="files").set_value(
        [("九月.csv", first, "text/csv"), ("十月.csv", second, "text/csv")]
    ).run()
    for _ in range(100):
        if len(app.selectbox) and any(box.key == "file_choice" for box in app.selectbox):
            break
        app.run()
    sound(app)
    assert present(app.selectbox(key="file_choice").value).endswith("十月.csv")
    assert [message.value for message in app.warning if "回来的" in message.value]
    load.close()


def offered(app: AppTest, name: str, data: bytes) -> AppTest:
    """The page with this one file chosen, once it was looked at."""
    app.file_uploader(key="files").set_value([(name, data, "text/csv")]).run()
    for _ in range(100):
        if any(str(button.key).endswith(".check") for button in app.button) and not working(app):
            break
        app.run()
    return app


def working(app: AppTest) -> bool:
    """Whether a file is being read beside the page."""
    return any(str(button.key).startswith("give_up.") for button in app.button)


def test_a_mapping_that_was_confirmed_is_found_again_for_the_next_file_of_its_headers(
    home, monkeypatch
):
    rows = "保单号,工号,到期日,续保结果\nP{0},A1,2026-{0}-03,已续\nP{0}9,A2,2026-{0}-09,未续\n"
    folder = home.folder
    home.close()
    app = offered(
        opened(folder, monkeypatch).switch_page("pages/data/upload.py").run(),
        "九月.csv",
        rows.format("09").encode(),
    )
    remembered = say("data.recipe_known", "zh")
    assert remembered not in [message.value for message in app.success]
    next(button for button in app.button if str(button.key).endswith(".check")).click().run()
    for _ in range(100):
        if any(str(button.key).endswith(".load") for button in app.button):
            break
        app.run()
    assert len(app.caption)  # notes of the reading stand above the button
    next(button for button in app.button if str(button.key).endswith(".load")).click().run()
    for _ in range(100):
        if "receipts" in app.session_state:
            break
        app.run()
    again = offered(app.run(), "十月.csv", rows.format("10").encode())
    sound(again)
    assert remembered in [message.value for message in again.success]
    load.close()


def test_a_category_of_which_nothing_is_known_is_not_told_as_nought_of_nought():
    made = {
        "categories": [
            {"label": {"zh": "业绩指标", "en": "Results"}, "shown": 67.1, "weight": 73.6},
            {"label": {"zh": "工作能力与素质", "en": "Competence"}, "shown": 0.0, "weight": 0.0},
        ]
    }
    assert category_line(made, "zh") == "业绩指标 67.1 / 73.6 · 工作能力与素质暂缺"
    assert category_line(made, "en") == "Results 67.1 of 73.6 · Competence not available"


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for position, row in enumerate(rows):
                page.write_row(position, 0, row)
    return data.getvalue()


FIGURES: list[list[object]] = [
    ["2026年4月 续保月报"],
    ["制表：王敏"],
    ["工号", "姓名", "应续件数", "已续件数"],
    ["A1", "安", 40, 34],
    ["A2", "波", 60, 51],
]
PEOPLE: list[list[object]] = [["工号", "姓名", "团队"], ["A1", "安", "东"], ["A2", "波", "西"]]


def sheets_of(app: AppTest) -> Any:
    return ending(app.button_group, ".sheet")


def ending(widgets: Any, end: str) -> Any:
    return next(widget for widget in widgets if str(widget.key).endswith(end))


def shown(app: AppTest) -> tuple[str, int, str]:
    """The sheet, the row of its headers and the kind that the page shows."""
    return (
        str(sheets_of(app).value),
        int(ending(app.number_input, ".header_row").value),
        str(ending(app.selectbox, ".kind").value),
    )


def turn_to(app: AppTest, name: str) -> AppTest:
    return rested(sheets_of(app).set_value(name).run())


def rested(app: AppTest) -> AppTest:
    for _ in range(100):
        if not working(app):
            break
        app.run()
    sound(app)
    return app


def test_switching_sheets_shows_that_sheet_at_once_and_keeps_what_was_said_of_the_other(
    home, monkeypatch
):
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    offered(app, "四月.xlsx", workbook({"四月": FIGURES, "人员": PEOPLE}))
    assert shown(app) == ("四月", 3, "scoresheet")
    assert shown(turn_to(app, "人员")) == ("人员", 1, "agents")
    ending(app.selectbox, ".kind").select("contacts").run()
    assert shown(turn_to(app, "四月")) == ("四月", 3, "scoresheet")
    ending(app.number_input, ".header_row").set_value(4).run()
    assert shown(turn_to(app, "人员")) == ("人员", 1, "contacts")
    assert shown(turn_to(app, "四月"))[:2] == ("四月", 4)
    load.close()


def test_a_row_in_which_a_sheet_has_no_headers_never_shows_another_sheet_instead(home, monkeypatch):
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    offered(app, "四月.xlsx", workbook({"四月": FIGURES, "人员": PEOPLE}))
    turn_to(app, "人员")
    ending(app.number_input, ".header_row").set_value(30).run()
    sound(app)
    assert say("data.no_table_there", "zh", row=30) in [line.value for line in app.warning]
    assert not any(str(box.key).endswith(".kind") for box in app.selectbox)
    ending(app.number_input, ".header_row").set_value(1).run()
    assert shown(app) == ("人员", 1, "agents")
    load.close()


def test_files_of_one_name_in_two_archives_are_two_files(home, monkeypatch):
    def archive(text: str) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as made:
            made.writestr("表.csv", text)
        return data.getvalue()

    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    roster = "工号,姓名,团队\nA1,安,东\nA2,波,西\n"
    months = "东区月报\n制表：王敏\n工号,姓名,应续件数,已续件数\nA1,安,40,34\nA2,波,60,51\n"
    offered(app, "甲.zip", archive(roster))
    assert ending(app.selectbox, ".kind").value == "agents"
    ending(app.selectbox, ".kind").select("contacts").run()
    offered(app, "乙.zip", archive(months))
    assert ending(app.number_input, ".header_row").value == 3
    assert ending(app.selectbox, ".kind").value == "scoresheet"
    load.close()


def test_columns_stand_with_three_of_their_values_and_the_guessed_ones_first(home, monkeypatch):
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    rows = "工号,姓名,考核期,应续件数,回来的\nA1,安,2026-04,40,34\nA2,波,2026-04,60,51\n"
    rested(offered(app, "四月.csv", (rows + "A3,成,2026-04,20,11\n").encode()))
    table = next(frame.value for frame in app.dataframe if "meaning" in frame.value)
    assert table["header"].iloc[0] == "回来的"
    assert table["values"].iloc[0] == "34 · 51 · 11"
    assert dict(zip(table["header"], table["meaning"], strict=True))["工号"] == "agent_id"
    load.close()


def test_what_a_load_will_show_is_said_before_it_and_success_takes_the_buttons_place(
    home, tmp_path, monkeypatch
):
    """34 + 51 of 100 are 85.0 %; 80 of 100 the month before."""
    head = "工号,姓名,考核期,应续件数,已续件数\n"
    load_text(home, tmp_path, "scoresheet", head + "A1,安,2026-03,100,80\n")
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    text = head + "A1,安,2026-04,40,34\nA2,波,2026-04,60,51\n"
    rested(offered(app, "四月.csv", text.encode()))
    told = "**2 人** · 2026-04 · 续保率 **85.0%**（应续 100 件） · 上月 80.0%（应续 100 件）"
    assert told in [line.value.replace("\\", "") for line in app.markdown]
    ending(app.button, ".load").click().run()
    rested(app)
    assert not any(str(button.key).endswith(".load") for button in app.button)
    go = ending(app.button, "go_to_month")
    assert go.label == say("data.go_to", "zh", month="2026-04")
    go.click().run()
    sound(app)
    assert app.session_state["kept.period"] == "2026-04"
    assert app.title[0].value == say("briefing.title", "zh")
    load.close()


def test_rows_that_would_be_left_out_are_shown_and_not_confirmed_beforehand(home, monkeypatch):
    folder = home.folder
    home.close()
    app = opened(folder, monkeypatch).switch_page("pages/data/upload.py").run()
    rows = "P1,A1,2026-04-02,已续\nP2,,2026-04-05,未续\nP3,B2,2026-04-09,已续\n"
    rows += "P4,,2026-04-12,未续\nP5,C3,2026-04-20,已续\n"
    rested(offered(app, "四月.csv", f"保单号,工号,到期日,续保结果\n{rows}".encode()))
    (doubt,) = [radio for radio in app.radio if str(radio.key).endswith("left_rows")]
    assert doubt.value is None
    issues = next(frame.value for frame in app.dataframe if "reason" in frame.value)
    assert list(issues["row"]) == [3, 5]
    load.close()
