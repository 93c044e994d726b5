"""An indicator that a company added on any measure is one like the others: value, history, trend,
records, coaching list."""

import datetime as dt
import shutil

import openpyxl
import pytest

from analytics.desk import Desk
from analytics.home import Home
from analytics.model import Filters, Period
from analytics.reports.templates import template
from tests.conftest import Shell, write

APRIL = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1))
IN_APRIL = ("--from", "2026-04", "--to", "2026-04")
MADE = {  # id → numerator, denominator, scale, direction, unit: what the built-in ones leave aside
    "contact_load": ("contacts", "held_policies", 1, "higher", "per_day"),
    "contact_success": ("effective_contacts", "contacts", 1, "higher", "percent"),
    "late_share": ("late_renewals", "due_policies", 1, "lower", "percent"),
    "excluded_share": ("excluded_policies", "held_policies", 1, "lower", "percent"),
    "upheld_rate": ("upheld_complaints", "held_policies", 100, "lower", "per_100"),
}
DRAFT = """
[{id}]
category = "results"
group = "efficiency"
numerator = "{numerator}"
denominator = "{denominator}"
scale = {scale}
direction = "{direction}"
unit = "{unit}"
weight = 60
label = {{ zh = "{id}", en = "{id}" }}
why = {{ zh = "{id}", en = "{id}" }}
standard = {{ mode = "linear", knots = {knots} }}
"""


def draft_of(name):
    numerator, denominator, scale, direction, unit = MADE[name]
    knots = "[[0, 100], [50, 0]]" if direction == "lower" else "[[0, 0], [50, 100]]"
    return DRAFT.format(
        id=name,
        numerator=numerator,
        denominator=denominator,
        scale=scale,
        direction=direction,
        unit=unit,
        knots=knots,
    )


@pytest.fixture(scope="module")
def folder(tiny_folder, tmp_path_factory):
    """The tiny company after it added all five."""
    home = tmp_path_factory.mktemp("added") / "home"
    shutil.copytree(tiny_folder, home)
    draft = write(home.parent, "draft.toml", "".join(map(draft_of, MADE)))
    Shell(home)("standards", "--adopt", draft, "--from", "2026-01", "--reason", "补上没有的")
    return home


@pytest.fixture
def shell(folder):
    return Shell(folder)


@pytest.fixture
def desk(folder):
    home = Home(folder)
    yield Desk(home)
    home.close()


@pytest.mark.parametrize(
    ("name", "agent", "value"),
    [
        ("contact_load", "A1", 2 / 5),  # two contacts in April, five policies held
        ("contact_success", "A1", 1),
        ("contact_load", "B2", 1 / 3),
        ("late_share", "B2", 1 / 3),
        ("late_share", "A1", 0),
        ("excluded_share", "C3", 1),  # one excluded beside one open
        ("upheld_rate", "B2", 100 / 3),
        ("upheld_rate", "A1", 0),
    ],
)
def test_it_has_a_value_and_a_place_on_the_sheet_and_in_the_history(desk, name, agent, value):
    evaluation = desk.evaluation(Filters(APRIL))
    row, column = evaluation.row(agent), evaluation.catalogue.position(name)
    assert evaluation.measured.agents.value[row, column] == pytest.approx(value)
    sheet = desk.shown_sheet(desk.around(Filters(APRIL)), agent)
    told = next(item for item in sheet["indicators"] if item["id"] == name)
    assert told["value"] == pytest.approx(value)
    history = desk.history_of(evaluation, agent)
    own = history[(history["indicator"] == name) & (history["whose"] == "agent")]
    assert own.set_index("month")["value"][str(APRIL.first)] == pytest.approx(value)


def test_its_history_goes_back_to_the_months_before(desk):
    history = desk.history_of(desk.evaluation(Filters(APRIL)), "A1")
    own = history[(history["indicator"] == "contact_success") & (history["whose"] == "agent")]
    assert own["value"].tolist() == [0.5, 1.0]  # in March one of two contacts was effective


@pytest.mark.parametrize("name", MADE)
def test_its_trend_is_asked_like_any_other(shell, name):
    told = shell("trends", "--indicator", name, "--from", "2026-03", "--to", "2026-04")
    assert (told["indicator"], told["rule"]) == (name, "none")  # two months show no trend
    assert told["agents"]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("contact_load", {"contacts", "policies"}),
        ("contact_success", {"contacts"}),
        ("late_share", {"policies"}),
        ("excluded_share", {"policies"}),
        ("upheld_rate", {"complaints", "policies"}),
    ],
)
def test_its_records_stand_behind_it(shell, name, kinds):
    behind = shell("records", "--agent", "B2", "--indicator", name, *IN_APRIL)
    assert set(behind["records"]) == kinds


def test_the_coaching_list_goes_out_with_its_name_on_it(shell, tmp_path):
    table, book = tmp_path / "coaching.csv", tmp_path / "coaching.xlsx"
    listed = shell("coaching", "--out", table, *IN_APRIL)
    shell("coaching", "--out", book, *IN_APRIL)
    text = table.read_text(encoding="utf-8-sig")
    for row in listed["agents"]:
        assert row["agent_id"] in text
    assert any(name in text for name in MADE)
    cells = [str(cell.value) for row in openpyxl.load_workbook(book).active.rows for cell in row]
    assert any(name in cell for name in MADE for cell in cells)


def test_a_scoresheet_to_fill_in_asks_for_what_it_divides_and_loads(desk, tmp_path):
    path = tmp_path / "scoresheet.xlsx"
    path.write_bytes(template("scoresheet", "en", desk.catalogue(APRIL)))
    recipe = desk.home.recipe_for(path)
    divided = {"contacts", "late_renewals", "excluded_policies", "upheld_complaints"}
    assert divided | {"renewal_rate"} <= set(recipe.columns)
