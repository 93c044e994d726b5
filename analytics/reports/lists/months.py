"""One person's indicators month by month, a row an indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.language import say
from analytics.reports.tables import Column, Table
from analytics.reports.words import value_text


def months_table(history: pd.DataFrame, catalogue: Catalogue, language: str) -> Table:
    """`history` as insight/agent gives it: the label of every indicator that has a month, its
    course (numbers, for a line of it), and the value of each month in words, the latest first;
    a month without a value is a dash."""
    mine = history[history["whose"] == "agent"]
    months = sorted(pd.to_datetime(mine["month"]).unique())
    wide = mine.assign(month=pd.to_datetime(mine["month"])).pivot(
        index="indicator", columns="month", values="value"
    )
    names = [name for name in catalogue.ids if name in wide.index]
    wide = wide.reindex(index=names, columns=months)
    named = {month: f"{month:%Y-%m}" for month in months[::-1]}
    frame = pd.DataFrame(
        {
            "indicator": [catalogue[name].label[language] for name in names],
            "course": [row[~np.isnan(row)].tolist() for row in wide.to_numpy(dtype=float)],
            **{
                word: [
                    value_text(value, catalogue[name].unit, language)
                    for name, value in zip(names, wide[month], strict=True)
                ]
                for month, word in named.items()
            },
        }
    )
    columns = [
        Column("indicator", say("column.indicator", language)),
        Column("course", say("person.course", language), only="page"),
        *(Column(word, word) for word in named.values()),
    ]
    return Table(frame, columns)
