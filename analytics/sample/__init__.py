"""The sample company, loaded through the same door as a user's files, and taken out again in one
go."""

from __future__ import annotations

from collections.abc import Callable

from analytics import files
from analytics.home import Home
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.ledger import How
from analytics.model import Receipt
from analytics.people import LOCAL
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


def load(
    home: Home,
    progress: Callable[[float, str], object] = lambda _share, _kind: None,
    who: str = LOCAL,
) -> list[Receipt]:
    """Load the sample company, all of it or nothing; `progress` hears the share done and the kind
    being written."""
    frames = company()
    named = []
    with files.scratch(home.folder / "scratch", "sample") as folder:
        for position, (kind, name) in enumerate(FILES.items()):
            progress(position / len(FILES) / 2, kind)
            path = folder / name
            frames[kind].to_parquet(path, index=False)
            matched = recognise(list(frames[kind].columns), kind)[0]
            named.append(
                (
                    path,
                    recipe_from(
                        {"kind": kind, "columns": matched.columns, "options": OPTIONS.get(kind, {})}
                    ),
                )
            )
        progress(0.5, "")
        receipts = home.load_all(named, How(AS_OF, sample=True), who=who)
    progress(1.0, "")
    return receipts


def loads(home: Home) -> list[int]:
    """The loads that are sample data."""
    frame = home.warehouse.ask("loads")
    return [int(load) for load in frame.loc[frame["sample"], "load_id"]]


def remove(home: Home, who: str = LOCAL) -> list[int]:
    """Take the sample data out; nothing that a user loaded is touched."""
    load_ids = loads(home)
    home.withdraw(*load_ids, who=who)
    return load_ids
