"""The sample company, loaded through the same door as a user's files, and taken out again in one go."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from analytics.home import Home
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.model import Receipt
from analytics.sample.company import AS_OF, company

FILES = {
    "agents": "花名册.parquet",
    "policies": "应续保单.parquet",
    "contacts": "联系记录.parquet",
    "surveys": "满意度调查.parquet",
    "complaints": "投诉.parquet",
    "assessments": "能力评定.parquet",
}
OPTIONS = {
    "surveys": {"score_max": 10},
    "assessments": {"score_max": 100},
    "complaints": {"from": "2025-01", "to": "2026-06"},
}


def load(home: Home, progress: Callable[[float, str], None] = lambda share, kind: None) -> list[Receipt]:
    """Load every file of the sample company; `progress` hears the share done and the kind being loaded."""
    frames = company()
    receipts = []
    with tempfile.TemporaryDirectory(prefix="renewal-sample-") as folder:
        for at, (kind, name) in enumerate(FILES.items()):
            progress(at / len(FILES), kind)
            path = Path(folder) / name
            frames[kind].to_parquet(path, index=False)
            matched = recognise(list(frames[kind].columns), kind)[0]
            recipe = recipe_from({"kind": kind, "columns": matched.columns, "options": OPTIONS.get(kind, {})})
            receipts.append(home.load(path, recipe, as_of=AS_OF, sample=True))
    progress(1.0, "")
    return receipts


def loads(home: Home) -> list[int]:
    """The loads that are sample data."""
    frame = home.warehouse.ask("loads")
    return [int(load) for load in frame.loc[frame["sample"], "load_id"]]


def remove(home: Home) -> list[int]:
    """Take the sample data out; nothing that a user loaded is touched."""
    found = loads(home)
    home.withdraw(*found)
    return found
