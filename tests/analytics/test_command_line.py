"""The command line as a stranger uses it: JSON out, one sentence and exit code 2 when refused."""

import csv
import io
import subprocess
import sys

import openpyxl
import pytest

from tests.conftest import COMPLAINTS, POLICIES, ROOT, ROSTER, write

RECIPE = """
kind = "policies"
[columns]
policy_id = "Call"
agent_id = "Agent"
due_date = "Date"
outcome = "Resolved"
satisfaction = "Rating"
[values.outcome]
renewed = ["Y"]
lost = ["N"]
open = []
[only]
"Answered (Y/N)" = ["Y"]
[options]
satisfaction_max = 5
"""


def calls() -> str:
    """Four agents around the medians: Ann 3/4 and 4.0, Bob 3/4 and 2.0, Cat 1/4 and 4.0, Dan 1/4
    and 2.0; unanswered calls do not count."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Call", "Agent", "Date", "Answered (Y/N)", "Resolved", "Rating"])
    serial = 0
    for agent, renewed, rating in (("Ann", 3, 4), ("Bob", 3, 2), ("Cat", 1, 4), ("Dan", 1, 2)):
        for number in range(6):
            serial += 1
            answered = number < 4
            rows.writerow(
                [
                    f"C{serial}",
                    agent,
                    f"2021-0{1 + number % 3}-15",
                    "Y" if answered else "N",
                    "Y" if number < renewed else "N",
                    rating if answered else "",
                ]
            )
    return out.getvalue()


def test_calls_by_recipe_give_their_rates_and_quadrants(process, tmp_path):
    shell = process
    recipe, file = write(tmp_path, "r.toml", RECIPE), write(tmp_path, "calls.csv", calls())
    receipt = shell("load", file, "--recipe", recipe)
    assert (receipt["rows"], receipt["loaded"], receipt["rejected"], receipt["agents"]) == (
        24,
        16,
        0,
        4,
    )
    assert receipt["months"] == ["2021-01", "2021-02", "2021-03"]
    view = shell("evaluate", "--from", "2021-01", "--to", "2021-03")
    unrated = {agent["agent_id"]: agent for agent in view["not_rated"]}
    assert {name: agent["quadrant"] for name, agent in unrated.items()} == {
        "Ann": "role_model",
        "Bob": "service_gap",
        "Cat": "sales_gap",
        "Dan": "focus",
    }
    assert unrated["Ann"]["indicators"]["renewal_rate"]["value"] == 0.75
    assert unrated["Ann"]["indicators"]["satisfaction"]["value"] == 80
    assert (
        view["company"]["indicators"]["renewal_rate"]
        | {"value": 0.5, "numerator": 8, "denominator": 16}
        == view["company"]["indicators"]["renewal_rate"]
    )
    assert shell("quadrant", "--cut", "0.8,50")["counts"]["sales_gap"] == 2


def test_a_month_is_loaded_judged_and_its_coaching_list_taken_out(shell, tmp_path):
    shell("load", write(tmp_path, "花名册.csv", ROSTER), "--as-of", "2026-06-30")
    policies = (
        POLICIES.replace(",满意度\n", "\n")
        .replace(",,5\n", ",\n")
        .replace(",,4\n", ",\n")
        .replace(",,3\n", ",\n")
        .replace(",,2\n", ",\n")
        .replace(",,\n", ",\n")
    )
    shell("load", write(tmp_path, "保单.csv", policies), "--as-of", "2026-06-30")
    shell("load", write(tmp_path, "投诉.csv", COMPLAINTS), "--as-of", "2026-06-30")
    view = shell("evaluate", "--from", "2026-04", "--to", "2026-04")
    ann = next(agent for agent in view["agents"] if agent["agent_id"] == "A1")
    assert (ann["name"], ann["team"], ann["rank"]) == ("安", "东", 1)
    parts = [
        part["contribution"]
        for part in ann["indicators"].values()
        if part["contribution"] is not None
    ]
    assert sum(parts) == pytest.approx(ann["score"], abs=1e-6)
    assert sum(part["weight"] for part in ann["indicators"].values()) == pytest.approx(
        100, abs=1e-6
    )
    out = tmp_path / "名单.xlsx"
    listed = shell("coaching", "--out", out)
    assert [agent["agent_id"] for agent in listed["agents"]]
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref
    shell("coaching", "--out", tmp_path / "list.csv")
    placed = shell("quadrant", "--out", tmp_path / "quadrant.csv")
    assert placed["written"] == str(tmp_path / "quadrant.csv")
    quadrants = (tmp_path / "quadrant.csv").read_text(encoding="utf-8-sig").splitlines()
    assert quadrants[0].startswith("Agent ID,Name,Team,Quadrant,")
    assert len(quadrants) == 1 + len(placed["agents"])
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert {team["team"] for team in shell("weak-spots")["teams"]} == {"东", "西"}


def test_a_refusal_is_one_sentence_and_stores_nothing(process, tmp_path):
    shell = process
    bad = write(tmp_path, "bad.csv", POLICIES.replace("2026-04-05", "tomorrow"))
    recipe = write(
        tmp_path,
        "r.toml",
        'kind = "policies"\n[columns]\npolicy_id = "保单号"\nagent_id = "工号"\n'
        'due_date = "到期日"\noutcome = "续保结果"\n',
    )
    said = shell.refused("load", bad, "--recipe", recipe)
    assert "bad.csv, row 3, “到期日”: “tomorrow”" in said
    assert shell("loads") == []
    skipped = shell("load", bad, "--recipe", recipe, "--on-issues", "skip")
    assert (skipped["rows"], skipped["loaded"], skipped["rejected"]) == (10, 9, 1)
    assert skipped["issues"] == [
        {
            "file": "bad.csv",
            "sheet": "",
            "row": 3,
            "column": "到期日",
            "value": "tomorrow",
            "reason": "is not a date that can be read",
        }
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate",), "no data yet"),
        (("evaluate", "--from", "soon"), "2021-03"),
        (("evaluate", "--from", "2021-05", "--to", "2021-03"), ""),
        (("evaluate", "--weights", "results=-1"), ""),
        (("load", "nowhere.csv"), "no file nowhere.csv"),
        (("withdraw", "9"), "no load number 9"),
        (("template", "poems", "--out", "x.xlsx"), "poems"),
        (("coaching", "--out", "x.pdf"), ".csv or .xlsx"),
        (("quadrant", "--out", "x.pdf"), ".csv or .xlsx"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(shell, words, said):
    sentence = shell.refused(*words)
    assert said in sentence
    assert len(sentence.splitlines()) == 1


def test_several_files_load_all_or_none(shell, tmp_path):
    good, bad = write(tmp_path, "花名册.csv", ROSTER), write(tmp_path, "x.csv", "a,b\n1,2\n")
    shell.refused("load", good, bad)
    assert shell("loads") == []


def test_withdraw_and_rebuild_are_there(shell, tmp_path):
    load = shell("load", write(tmp_path, "花名册.csv", ROSTER))
    assert shell("rebuild") == {"rebuilt": 1}
    assert shell("withdraw", load["load"]) == {"withdrawn": load["load"]}
    assert shell("loads") == []


def test_the_method_names_every_indicator_weight_and_rule(shell):
    view = shell("method")
    assert len(view["indicators"]) == 12
    assert sum(indicator["weight"] for indicator in view["indicators"]) == pytest.approx(100)
    assert view["settings"]["grace_days"] == 30
    assert [scheme["name"] for scheme in shell("schemes")] == [
        "balanced",
        "results_first",
        "service_first",
        "capability_first",
    ]


def test_csv_and_table_are_printed_too(shell):
    done = shell.run("schemes", "--format", "csv")
    assert next(csv.reader(io.StringIO(done.stdout)))[0] == "name"
    assert "balanced" in shell.run("schemes", "--format", "table").stdout
    assert "--recipe" in shell.run("load", "--help").stdout


def test_the_command_line_starts_without_what_only_some_answers_need():
    """Each of these takes a large part of a second to import."""
    slow = (
        "streamlit",
        "plotly",
        "scipy.stats",
        "scipy.optimize",
        "statsmodels",
        "sklearn",
        "openpyxl",
        "xlsxwriter",
        "fpdf",
        "holidays",
    )
    asked = f"import sys, analytics.__main__; print([one for one in {slow} if one in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


APRIL = "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\nP2,B2,2026-04-03,未续\n"
BY_HEADERS = """kind = "policies"
[columns]
policy_id = "保单号"
agent_id = "工号"
due_date = "到期日"
outcome = "续保结果"
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "weather"), "weather"),
        (("--kind", "surveys", "--recipe", "recipe.toml"), "surveys"),
        (("--table", "sqlite:///x"), "--table"),
        (("--query", "select 1"), "--query"),
        (("--table", "sqlite:///x", "--query", "select 1"), "--table"),
        (("--as-of", "2026-13-01"), "2026-13-01"),
    ],
)
def test_what_a_load_cannot_begin_with_is_refused_and_nothing_is_loaded(
    shell, tmp_path, monkeypatch, words, said
):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "recipe.toml", BY_HEADERS)
    write(tmp_path, "a.csv", APRIL)
    assert said in shell.refused("load", "a.csv", *words)
    assert shell("loads") == []


def test_a_load_of_nothing_is_refused(shell):
    assert shell.refused("load")


def test_a_file_is_explained_with_its_recipe_and_nothing_is_loaded(shell, tmp_path):
    told = shell("load", write(tmp_path, "a.csv", APRIL), "--explain")
    sheet, reading = told["sheets"][0], told["readings"][0]
    assert (sheet["rows"], sheet["guesses"][0]["kind"]) == (2, "policies")
    assert sheet["columns"]["工号"] == ["A1", "B2"]
    assert (reading["rows"], reading["loaded"], reading["rejected"]) == (2, 2, 0)
    assert 'kind = "policies"' in reading["recipe"]
    assert shell("loads") == []
    several = shell("load", tmp_path / "a.csv", write(tmp_path, "b.csv", APRIL), "--explain")
    assert [reading["file"] for reading in several] == ["a.csv", "b.csv"]


def test_what_is_no_record_at_all_is_explained_without_a_recipe(shell, tmp_path):
    told = shell("load", write(tmp_path, "x.csv", "天气,风\n晴,北\n"), "--explain")
    assert told["readings"] == [{"recipe": None}]


def test_a_template_is_written_and_agents_without_a_partner_are_listed(shell, tmp_path):
    written = shell("template", "policies", "--out", tmp_path / "t.xlsx")
    assert written == {"written": str(tmp_path / "t.xlsx"), "kind": "policies"}
    assert (tmp_path / "t.xlsx").read_bytes().startswith(b"PK")
    write(tmp_path, "r.csv", "工号,姓名\nA1,安\nZ9,郑\n")
    for name, text in (("a.csv", APRIL), ("r.csv", None)):
        path = tmp_path / name if text is None else write(tmp_path, name, text)
        shell("load", path, "--as-of", "2026-06-30")
    assert {row["id"] for row in shell("unmatched")} >= {"B2"}


def test_spellings_are_merged_into_somebody_and_split_again(shell, tmp_path):
    rows = "P1,A1,2026-04-02,已续\nP2,a1,2026-04-03,未续\nP3,B2,2026-04-03,未续\n"
    text = f"保单号,工号,到期日,续保结果\n{rows}"
    shell("load", write(tmp_path, "a.csv", text), "--as-of", "2026-06-30")
    for words in (("--merge", "a1"), ("--into", "A1")):
        assert shell.refused("aliases", *words)
    offered = shell("aliases")["offered"]
    assert [{alias["spelling"], alias["agent_id"]} for alias in offered] == [{"a1", "A1"}]
    merged = shell("aliases", "--merge", "a1", "--into", "A1")
    assert merged == {"merged": [{"spelling": "a1", "agent_id": "A1"}], "offered": []}
    assert shell("aliases", "--undo", "a1")["merged"] == []
    assert "B2" in shell.refused("aliases", "--undo", "B2")
    taken = shell("aliases", "--take")
    assert [{alias["spelling"], alias["agent_id"]} for alias in taken["merged"]] == [{"a1", "A1"}]
    assert taken["offered"] == []
