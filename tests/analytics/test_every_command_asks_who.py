"""Every command that touches a home acts for the account that --as names, and for nobody
unknown."""

import click
import pytest

from analytics.__main__ import main
from analytics.home import Home
from analytics.people import Account
from tests.conftest import POLICIES, Shell, write

# What a command needs beside --as; what is not named here needs nothing.
WORDS = {
    "backup": ["--to", "{folder}/kept"],
    "load": ["{folder}/p.csv"],
    "withdraw": ["1"],
    "corrections": ["{folder}/p.csv", "--out", "{folder}/c.xlsx"],
    "watch": ["{folder}/in", "--once"],
    "sheet": ["A1"],
    "records": ["--agent", "A1", "--indicator", "renewal_rate", "--out", "{folder}/r.xlsx"],
    "month": ["2026-04"],
    "effect": ["--since", "2026-01"],
    "incentives": ["--bonus", "2000"],
    "replay": ["1"],
    "swot": ["{folder}/w.toml"],
    "funnel": ["--indicator", "renewal_rate"],
    "trends": ["--indicator", "renewal_rate"],
    "fairness": ["--by", "channel"],
}
HOMELESS = {"limits", "template"}  # facts of the program; no home is opened
NOT_FOR_ACCOUNTS = {"restore": ["{folder}/kept"]}
COMMANDS = sorted(set(main.commands) - HOMELESS)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """A folder of files and a home with accounts; no command of these tests changes either."""
    folder = tmp_path_factory.mktemp("staffed")
    home = Home(folder / "home")
    home.state.accounts.save(
        [Account("boss@x.cn", "admin"), Account("gone@x.cn", "admin", active=False)], "setup"
    )
    home.close()
    write(folder, "p.csv", POLICIES)
    write(folder, "w.toml", "")
    (folder / "in").mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *((name, "nobody@x.cn") for name in COMMANDS),
        *(("loads", who) for who in ("gone@x.cn", "Boss@x.cn", "")),
    ],
)
def test_an_account_that_is_unknown_switched_off_or_spelled_otherwise_gets_no_command(
    staffed, name, who
):
    words = [word.format(folder=staffed) for word in {**WORDS, **NOT_FOR_ACCOUNTS}.get(name, [])]
    before = sorted(path.name for path in staffed.iterdir())
    said = Shell(staffed / "home").refused(name, *words, "--as", who)
    if name not in NOT_FOR_ACCOUNTS:
        assert said == "There is no such account, or it is switched off."
    assert sorted(path.name for path in staffed.iterdir()) == before


def test_every_command_takes_the_account_to_act_as():
    without = [
        name
        for name, command in main.commands.items()
        if not any(
            "--as" in param.opts for param in command.params if isinstance(param, click.Option)
        )
    ]
    assert without == []
