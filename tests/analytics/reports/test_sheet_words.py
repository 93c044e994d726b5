"""What a sheet says below its figures, sentence by sentence."""

import pytest

from analytics.language import say
from analytics.reports import sheet_pdf, sheets
from analytics.reports.paper import Page, discard

RATE = {
    "id": "renewal_rate",
    "label": {"zh": "续保率", "en": "Renewal rate"},
    "unit": "percent",
    "value": 0.8,
    "market": {"value": 0.75, "source": "annual report"},
}
SCORE = {
    "id": "satisfaction",
    "label": {"zh": "客户满意度", "en": "Satisfaction"},
    "unit": "points",
    "value": 90.0,
    "market": None,
}
CHANCES = {
    "role_model": 0.62,
    "service_gap": 0.08,
    "sales_gap": 0.28,
    "focus": 0.02,
    "enough": True,
}


def sheet(**more):
    """As much of a sheet as these sentences are made of."""
    return {
        "quadrant": "role_model",
        "grade": "C",
        "indicators": [RATE, SCORE],
        "cut": {
            "x": ["renewal_rate", 0.75],
            "y": ["satisfaction", 85.0],
            "kind": "median",
        },
        "scheme": {
            "name": "balanced",
            "version": 1,
            "weights": {"results": 64.0, "service": 23.0, "competence": 13.0},
            "author": "",
            "purpose": "",
            "company_goal": "",
        },
        "standard_version": 3,
        "rules": {"grace_days": 30, "missing_limit": 40.0},
        **more,
    }


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("certain", "Role model (62%)"),
        ("not_yet", "not yet certain: Role model 62%, {third} 28%"),
        ("little", "too few data for a verdict (Role model 62%, {third} 28%)"),
        ("alike", "these data cannot tell the agents apart"),
        ("unknown", "not known how far chance carries it (no counts)"),
    ],
)
def test_a_quadrant_is_said_as_firmly_as_the_agent_stands_there(standing, words):
    told = sheet(quadrant_probability=CHANCES, quadrant_standing=standing)
    words = words.format(third=say("quadrant.sales_gap", "en"))
    words = words.replace("Role model", say("quadrant.role_model", "en"))
    assert sheets.certainty_lines(told, "en") == [f"Quadrant: {words}."]


@pytest.mark.parametrize(
    ("chances", "standing"),
    [
        ({**CHANCES, "role_model": 0.80}, "certain"),
        ({**CHANCES, "role_model": 0.79}, "not_yet"),
        ({**CHANCES, "role_model": 0.99, "enough": False}, "little"),
        (None, "unknown"),
    ],
)
def test_a_sheet_closed_before_the_standing_was_kept_tells_it_by_its_probabilities(
    chances, standing
):
    old, new = (
        sheets.meaning(sheet(quadrant_probability=chances, **more), "en")
        for more in ({}, {"quadrant_standing": standing})
    )
    assert old == new


def test_a_sheet_closed_before_probabilities_were_kept_states_its_quadrant():
    assert sheets.meaning(sheet(), "en") == sheets.meaning(sheet(quadrant_standing="certain"), "en")


def test_the_meaning_holds_both_values_against_their_lines_and_leaves_out_what_has_none():
    both = sheets.meaning(sheet(), "en")
    assert "80.0%" in both
    assert "75.0%" in both
    assert "90.0" in both
    assert "85.0" in both
    cut = {"x": ["renewal_rate", 0.75], "y": ["gone", 85.0], "kind": "median"}
    meaning = sheets.meaning(sheet(cut=cut, quadrant="unplaced"), "en")
    assert "80.0%" in meaning
    assert "85.0" not in meaning


def test_a_veto_says_what_it_speaks_of_and_what_was_earned():
    veto = {
        "indicator": "renewal_rate",
        "label": RATE["label"],
        "unit": "percent",
        "beyond": 0.9,
        "earned": "A",
    }
    assert sheets.veto_line(sheet(veto=veto), "en") == (
        "Veto: Renewal rate lies beyond 90.0%, so the grade is C instead of A."
    )
    assert sheets.veto_line(sheet(), "en") == ""


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Market averages: Renewal rate 75.0% (annual report)."),
        ("zh", "续保率 75.0%"),
    ],
)
def test_market_averages_are_named_with_their_source(language, line):
    assert line in sheets.market_line(sheet(), language)
    assert sheets.market_line(sheet(indicators=[SCORE]), language) == ""


@pytest.mark.parametrize(
    ("before", "line"),
    [
        (None, ""),
        ({"period": "2026-03", "cut": None}, "“Before” is 2026-03."),
        (
            {"period": "2026-03", "cut": "2026-03-20"},
            "“Before” is 2026-03 as of 2026-03-20: both periods are cut to the same day.",
        ),
    ],
)
def test_the_period_before_is_named_with_the_day_it_is_cut_to(before, line):
    assert sheets.before_line(sheet(before=before), "en") == line


def test_the_rules_name_the_scheme_its_purpose_and_the_companys_goal():
    bare = sheets.rules_line(sheet(), "en")
    assert "Balanced v1" in bare
    assert "64 / 23 / 13" in bare
    assert "standards v3" in bare
    assert "Purpose" not in bare
    own = {
        "name": "Summer",
        "version": 2,
        "weights": {"results": 60.5, "service": 29.5, "competence": 10.0},
        "author": "Li",
        "purpose": "lift",
        "company_goal": "fewer complaints",
    }
    line = sheets.rules_line(sheet(scheme=own), "en")
    assert "Summer v2" in line
    assert "60.5 / 29.5 / 10" in line
    assert line.endswith("Purpose: Lift the whole team. Company goal: fewer complaints.")


def test_what_the_scheme_weighs_and_the_standards_lack_stands_in_the_small_print():
    scheme = {**sheet()["scheme"], "lacking": ["charm", "luck"]}
    lines = sheets.small_print(sheet(scheme=scheme, indicators=[SCORE]), "en")
    assert len(lines) == 1
    assert lines[0].startswith("The scheme weighs charm, luck, which the standards in force lack")


@pytest.mark.parametrize(
    ("closed", "line"),
    [
        (None, "Not closed: the numbers follow the data"),
        (
            {"by": "boss@x.cn", "at": "2026-05-02 09:00", "changed_since": False},
            "Closed by boss@x.cn, 2026-05-02 09:00",
        ),
        (
            {"by": "boss@x.cn", "at": "2026-05-02 09:00", "changed_since": True},
            "Closed by boss@x.cn, 2026-05-02 09:00. The data have changed since; "
            "the numbers below are those of the closing.",
        ),
    ],
)
def test_a_sheet_says_whether_it_is_closed_and_whether_the_data_moved_on(closed, line):
    assert sheets.state_line(sheet(closed=closed), "en") == line


# -- the small lines of a page ---------------------------------------------------------------------


def point(month, whose, value, indicator="renewal_rate"):
    return {"month": month, "whose": whose, "value": value, "indicator": indicator}


@pytest.fixture
def lines(monkeypatch):
    """The corners of every line that is drawn on a page, in millimetres."""
    drawn: list[list[tuple[float, float]]] = []
    monkeypatch.setattr(Page, "polyline", lambda _page, corners: drawn.append(corners))
    return drawn


def drawn_of(trend):
    page = Page("", "en")
    page.add_page()
    sheet_pdf._trend(page, sheet(trend=trend), "en")
    bottom = page.get_y()
    discard(page)
    return bottom


def test_the_trend_of_an_agent_runs_from_the_first_month_to_the_last_and_from_low_to_high(lines):
    months = ["2026-03", "2026-01", "2026-02"]
    mine = [
        point(month, "agent", value) for month, value in zip(months, (0.9, 0.5, 0.7), strict=True)
    ]
    team = [point(month, "team", 0.7) for month in months]
    drawn_of([*mine, *team])
    assert len(lines) == 2
    of_team, of_agent = lines
    left, middle, right = (corner[0] for corner in of_agent)
    low, between, high = (corner[1] for corner in of_agent)
    assert left < middle < right
    assert middle - left == pytest.approx(right - middle)
    assert low - between == pytest.approx(between - high)  # a page counts from above
    assert low > high
    assert [corner[1] for corner in of_team] == pytest.approx([between] * 3)


def test_one_month_is_no_line_and_leaves_no_gap_on_the_page(lines):
    nothing = drawn_of([])
    assert drawn_of([point("2026-03", "agent", 0.9), point("2026-03", "team", 0.7)]) == nothing
    assert lines == []


def test_both_indicators_of_the_quadrant_are_drawn_beside_each_other(lines):
    trend = [
        point(month, "agent", 0.5, name)
        for name in ("renewal_rate", "satisfaction")
        for month in ("2026-01", "2026-02")
    ]
    drawn_of([*trend, *(point(month, "agent", 1.0, "renewal_cycle") for month in ("1", "2"))])
    assert len(lines) == 2
    assert max(corner[0] for corner in lines[0]) < min(corner[0] for corner in lines[1])
    assert len({corner[1] for line in lines for corner in line}) == 1
