"""Measures + catalogue + scheme → Evaluation: THE core, which the pages and the command line
share."""

from analytics.evaluation.periods import (
    MEMBERS,
    counted_months,
    earlier_period,
    known_months,
    latest_closed,
    months_of,
    months_of_many,
    whole_period,
)
from analytics.evaluation.scoring import Evaluation, Scored, evaluate, score
from analytics.evaluation.values import Measured, Values, measure, under

__all__ = [
    "MEMBERS",
    "Evaluation",
    "Measured",
    "Scored",
    "Values",
    "counted_months",
    "earlier_period",
    "evaluate",
    "known_months",
    "latest_closed",
    "measure",
    "months_of",
    "months_of_many",
    "score",
    "under",
    "whole_period",
]
