"""What people would weigh: asked without names, told in figures of which none is anybody's own."""

import hashlib
import sqlite3

import pytest

from analytics.desk import Desk
from analytics.insight.opinions import opinions
from analytics.people import Account, WeightProposal
from tests.present import present


def said(*results):
    return [
        WeightProposal({"results": result, "service": 90 - result, "competence": 10})
        for result in results
    ]


def test_five_answers_are_not_told_and_of_six_only_their_mean():
    assert opinions(said(60, 61, 62, 63, 64)) is None
    told = present(opinions(said(60, 61, 62, 63, 64, 72)))
    assert told.loc["results", "middle"] == 64  # 63.67 in whole percent
    assert told[["low", "high"]].isna().all(axis=None)


def test_a_quarter_is_told_from_six_answers_in_it_on_and_as_their_mean():
    many = list(range(40, 64))  # 24 answers, 6 in a quarter
    told = present(opinions(said(*many))).loc["results"]
    assert (told["low"], told["middle"], told["high"]) == (
        42,
        52,
        60,
    )  # means of 40–45, 46–57 and 58–63: 42.5, 51.5, 60.5
    assert present(opinions(said(*many[:-1])))["low"].isna().all()


def test_nothing_in_the_home_leads_from_a_person_to_their_answer(home):
    """Whoever holds every byte of the home, and knows all addresses, finds no digest that an
    address gives."""
    home.state.accounts.save(
        [
            Account("boss@x.cn", "admin"),
            *(Account(f"a{number}@x.cn", "agent", agent_id=f"A{number}") for number in range(6)),
        ],
        "setup",
    )
    for number in (3, 0, 5, 1):
        Desk(home, f"a{number}@x.cn").propose_weights(
            {"results": 60 + number, "service": 30 - number, "competence": 10}
        )
    with sqlite3.connect(f"file:{home.folder / 'state.sqlite'}?mode=ro", uri=True) as held:
        digests = {row[0] for row in held.execute("select person from weight_proposal")}
        order = [row[0] for row in held.execute("select email from proposer order by rowid")]
        lines = held.execute(
            "select after, rows from audit where action = 'weights.propose'"
        ).fetchall()
    keys = [
        b"",
        *(
            path.read_bytes().strip()
            for path in home.folder.iterdir()
            if path.is_file() and path.stat().st_size < 1_000
        ),
    ]
    for number in range(6):
        address = f"a{number}@x.cn".encode()
        for key in keys:
            tried = {hashlib.sha256(text).hexdigest() for text in (key + address, address + key)}
            assert not tried & digests
    assert order == sorted(order)  # the order in which people came is nowhere
    assert len(lines) == 4
    assert not any("@x.cn" in str(line) or "results" in str(line) for line in lines)


@pytest.mark.parametrize("who", ["boss@x.cn", "local"])
def test_nobody_is_told_single_answers(home, who):
    home.state.accounts.save([Account("boss@x.cn", "admin")], "setup")
    Desk(home, who).propose_weights({"results": 60, "service": 30, "competence": 10})
    assert Desk(home, who).proposals() == (1, None)
