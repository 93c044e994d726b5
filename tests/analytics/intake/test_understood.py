"""The border to the reading process: what crosses is what was meant, or is refused."""

import json
from dataclasses import replace

import pytest

from analytics.intake.questions import Question
from analytics.intake.understood import (
    Look,
    Members,
    Problem,
    Refused,
    Seen,
    Understood,
    decode,
    encode,
)

UNDERSTOOD = Understood(
    month_begins=1,
    rows=2,
    skipped=0,
    ragged=0,
    loaded=1,
    rejected=1,
    left={},
    errors=0,
    percents=("renewal_rate",),
    units=(),
    weighted=(),
    problems=(Problem(3, "四月", "due_date", "x", "not_date"),),
    problem_count=1,
    empty_words=0,
    questions=(Question("scale", "scale", {"highest": "5"}, ("5", "10"), "5"),),
    said=(("nps", {"column": "评分"}),),
    seen=Seen("text", "utf-8-sig", ","),
    unused={"经办": ("甲", "乙")},
)


def test_what_was_understood_comes_through_the_border_as_it_was_said():
    assert decode(encode(UNDERSTOOD), Understood) == UNDERSTOOD


def test_a_refusal_comes_in_the_place_of_any_answer():
    refused = Refused("FileRefused", "file_empty", {"file": "a.csv"})
    assert decode(encode(refused), Look) == refused


def crossed(**changed: object) -> str:
    told = json.loads(encode(UNDERSTOOD))
    return json.dumps({"Understood": {**told["Understood"], **changed}})


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        "{}",
        encode(Members(("a.csv",))),
        crossed(rows="2"),
        crossed(rows=None),
        crossed(rows=True),
        crossed(more=1),
        crossed(units="renewal_rate"),
        crossed(said=[["nps"]]),
        crossed(seen={"form": "text"}),
        crossed(left={"total": [1, []]}),
    ],
)
def test_an_answer_of_another_shape_is_none(told):
    with pytest.raises((TypeError, ValueError)):
        decode(told, Understood)


def test_what_is_missing_may_be_missing_and_nothing_else():
    bare = replace(UNDERSTOOD, seen=Seen("parquet"))
    understood = decode(encode(bare), Understood)
    assert isinstance(understood, Understood)
    assert understood.seen.encoding is None
