"""Every command of the command line asks who acts: the list of them is the command line's own."""

import shutil
from dataclasses import replace

import pytest

from analytics import sample
from analytics.__main__ import main
from analytics.desk import Desk
from analytics.errors import RenewalError
from analytics.home import Home
from analytics.intake.recipe import Recipe
from analytics.people import Account
from tests.conftest import Shell

# What a command needs to be understood at all; a new one that needs something stands here or fails
# below.
WORDS = {
    "sheet": ["A1"],
    "month": ["2026-04"],
    "replay": ["1"],
    "records": ["--agent", "A1", "--indicator", "renewal_rate"],
    "withdraw": ["1"],
    "load": ["{file}"],
    "watch": ["{folder}", "--once"],
    "backup": ["--to", "{folder}/kept"],
    "corrections": ["{file}", "--out", "{folder}/marked.xlsx"],
    "effect": ["--since", "2026-03"],
    "swot": ["{file}"],
}
ADMINS_ONLY = {
    "load",
    "loads",
    "watch",
    "withdraw",
    "rebuild",
    "sample",
    "corrections",
    "aliases",
    "unmatched",
    "accounts",
    "audit",
    "backup",
    "check",
}
NOT_FOR_AGENTS = {
    "evaluate",
    "quadrant",
    "weak-spots",
    "funnel",
    "coaching",
    "trends",
    "robustness",
    "fairness",
    "incentives",
    "case-mix",
    "targets",
    "talks",
    "replay",
    "month",
    "effect",
    "swot",
}
# These tell what stands in the program, or bring a home back that is not there yet.
OPEN = {"template", "limits", "restore"}
COMMANDS = sorted(set(main.commands) - OPEN)


def words_of(name, folder):
    file = folder / "file.csv"
    file.write_text("工号,姓名\nA1,安\n", encoding="utf-8")
    return [word.format(file=file, folder=folder) for word in WORDS.get(name, [])]


@pytest.fixture(scope="module")
def staffed(tiny_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("staffed") / "home"
    shutil.copytree(tiny_folder, folder)
    home = Home(folder)
    people = [
        Account("boss@x.cn", "admin"),
        Account("off@x.cn", "admin"),
        Account("ann@x.cn", "agent", agent_id="A1"),
        Account("east@x.cn", "manager", teams=("东",)),
    ]
    home.state.accounts.save(people, "setup")
    home.state.accounts.save([replace(people[1], active=False)], "boss@x.cn")
    home.close()
    return folder


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("who", ["nobody@x.cn", "off@x.cn", ""])
def test_no_command_does_anything_for_whoever_has_no_account(staffed, tmp_path, name, who):
    said = Shell(staffed).refused(name, *words_of(name, tmp_path), "--as", who)
    assert said == "There is no such account, or it is switched off."


@pytest.mark.parametrize("name", sorted(ADMINS_ONLY))
@pytest.mark.parametrize("who", ["ann@x.cn", "east@x.cn"])
def test_what_is_an_admins_is_refused_to_everybody_else(staffed, tmp_path, name, who):
    said = Shell(staffed).refused(name, *words_of(name, tmp_path), "--as", who)
    assert said == "You may not do this, or it lies outside your scope."


@pytest.mark.parametrize("name", sorted(NOT_FOR_AGENTS))
def test_what_shows_others_is_refused_to_agents(staffed, tmp_path, name):
    said = Shell(staffed).refused(name, *words_of(name, tmp_path), "--as", "ann@x.cn")
    assert said == "You may not do this, or it lies outside your scope."


@pytest.mark.usefixtures("small_sample")
def test_everything_that_an_account_does_stands_in_the_audit_under_its_address(staffed, tmp_path):
    """What goes round the desk would be the one user's of the machine."""
    folder = tmp_path / "home"
    shutil.copytree(staffed, folder)
    home = Home(folder)
    before = len(home.state.database.audit())
    Desk(home, "boss@x.cn").save_recipe("k", "a.csv", Recipe("complaints", {"agent_id": "工号"}))
    home.close()
    shell = Shell(folder)
    for words in (
        ["sample"],
        ["sample", "--remove"],
        ["aliases", "--merge", "B2", "--into", "A1"],
        ["aliases", "--undo", "B2"],
        ["rebuild"],
        ["backup", "--to", str(tmp_path / "kept")],
        ["withdraw", "1"],
    ):
        shell(*words, "--as", "boss@x.cn")
    home = Home(folder)
    done = home.state.database.audit()[: len(home.state.database.audit()) - before]
    home.close()
    assert len(done) >= 8
    assert {(entry.action, entry.who) for entry in done} == {
        (entry.action, "boss@x.cn") for entry in done
    }


def test_the_sample_is_loaded_whole_or_not_at_all(tmp_path, small_sample, monkeypatch):
    torn = {**small_sample, "surveys": small_sample["surveys"].assign(评分="?")}
    monkeypatch.setattr(sample, "company", lambda: torn)
    home = Home(tmp_path / "home")
    with pytest.raises(RenewalError):
        Desk(home).add_sample()
    assert home.warehouse.ask("loads").empty
    assert not list((home.folder / "originals").iterdir())
    home.close()
