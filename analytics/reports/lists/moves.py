"""Who changes places between two schemes: the list, and in words why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.evaluation import Evaluation
from analytics.insight import placing
from analytics.insight.certainty import too_few
from analytics.insight.moves import Why, moved, reasons, regraded
from analytics.insight.quadrant import Placed
from analytics.language import say
from analytics.reports.lists.few import few_cells, few_column
from analytics.reports.tables import Column, Table
from analytics.reports.words import value_text, weights_text


def moves_table(now: Evaluation, before: Evaluation, placed: Placed, language: str) -> Table:
    """Everybody shown and rated under both: rank, score and grade under either, places gained, and
    the quadrant, which no weight of a category changes; who moves most first, who has too few cases
    last."""
    listed = moved(now, before)
    rows = listed["row"].to_numpy(dtype=int)
    words = (few_cells(of, rows, language) for of in (now, before))
    sides = (("before", before), ("after", now))
    quadrants = [say(f"quadrant.{name}", language) for name in placed.quadrant[rows]]
    table = pd.DataFrame(
        {
            "name": now.people["name"].to_numpy()[rows],
            "team": now.people["team"].to_numpy()[rows],
            "moved": listed["places"].array,
            **{f"rank_{side}": placing.ranks(of, rows) for side, of in sides},
            **{f"score_{side}": of.agents.score[rows] for side, of in sides},
            **{f"grade_{side}": placing.grades(of, rows) for side, of in sides},
            "quadrant": quadrants,
            "too_few": [word or other for word, other in zip(*words, strict=True)],
            "agent_id": now.people["agent_id"].to_numpy()[rows],
        }
    )
    formats = {"moved": "count", "rank": "count", "score": "score"}
    ours = ("name", "team", "agent_id", "quadrant")
    columns = [
        Column(
            name,
            say(f"column.{name}" if name in ours else f"weights.{name}", language),
            formats.get(name.partition("_")[0], "text"),
        )
        for name in table.columns
        if name != "too_few"
    ]
    columns[5:5] = few_column(table["too_few"], language)
    return Table(table, columns)


def moves_view(now: Evaluation, before: Evaluation, language: str) -> dict[str, Any]:
    """The same for the command line, with the sentences on those who move most."""
    listed = moved(now, before)
    rows = listed["row"].to_numpy(dtype=int)
    few = (too_few(now) | too_few(before))[rows]
    told = {
        "agent_id": now.people["agent_id"].to_numpy()[rows],
        "name": now.people["name"].to_numpy()[rows],
        "team": now.people["team"].to_numpy()[rows],
        "few_cases": few,
        "places": listed["places"].astype(object).where(listed["places"].notna(), None),
    }
    for side, of in (("before", before), ("after", now)):
        ranks = pd.Series(placing.ranks(of, rows)).astype(object)
        told[f"rank_{side}"] = ranks.where(ranks.notna(), None)
        told[f"score_{side}"] = of.agents.score[rows].round(2)
        told[f"grade_{side}"] = placing.grades(of, rows)
    frame = pd.DataFrame({name: np.asarray(cells, dtype=object) for name, cells in told.items()})
    return {
        "period": str(now.measured.period),
        "from": weights_text(before.scheme),
        "to": weights_text(now.scheme),
        "regraded": len(regraded(now, before)),
        "why": [why_sentence(why, now, language) for why in reasons(now, before)],
        "agents": frame.to_dict("records"),
    }


def places_text(places: int) -> str:
    """Places gained or lost with their sign: +7, −3."""
    return f"{'+' if places > 0 else '−'}{abs(places)}"


def why_sentence(why: Why, now: Evaluation, language: str) -> str:
    """Why one agent moves: "王静 +7：客户服务的权重从 23% 升到 30%，满意度 92.0（n = 41，全公司
    84.2）"."""
    name = {"name": now.people["name"].iat[why.row], "places": places_text(why.places)}
    if why.category is None or why.indicator is None:
        return say("moves.others", language, **name)
    labels = {category.id: category.label for category in now.catalogue.categories}
    indicator = now.catalogue[why.indicator]
    heavier = indicator.label if why.inside else labels[why.category]
    counted = "" if np.isnan(why.n) else say("moves.n", language, n=f"{why.n:,.0f}")
    return say(
        "moves.up" if why.after > why.before else "moves.down",
        language,
        **name,
        heavier=heavier,
        before=f"{why.before:.1f}".removesuffix(".0"),
        after=f"{why.after:.1f}".removesuffix(".0"),
        indicator=indicator.label,
        value=value_text(why.value, indicator.unit, language),
        n=counted,
        company=value_text(why.company, indicator.unit, language),
    )
