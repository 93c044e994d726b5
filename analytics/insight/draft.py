"""A draft of the standards: changes that one session keeps until they are adopted or discarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.catalogue import Catalogue, definition_of, with_version
from analytics.model import Indicator
from analytics.people import StandardVersion

DRAFTED = -1  # the version of what nobody adopted


@dataclass(frozen=True)
class Draft:
    """What differs from the latest version: definitions ({} takes an indicator out), and grades,
    vetoes and order where those were touched."""

    indicators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    grades: Mapping[str, float] | None = None
    vetoes: Mapping[str, Mapping[str, Any]] | None = None
    order: tuple[str, ...] = ()


def with_definition(draft: Draft, name: str, table: Mapping[str, Any]) -> Draft:
    """The draft with another definition of an indicator, or without the indicator ({})."""
    return replace(draft, indicators={**draft.indicators, name: table})


def with_place(draft: Draft, ids: Sequence[str], name: str, step: int) -> Draft:
    """The draft with an indicator moved a step along the order in which all are shown."""
    order = list(ids)
    place = order.index(name)
    order[place], order[place + step] = order[place + step], order[place]
    return replace(draft, order=tuple(order))


def version_of(
    draft: Draft, latest: StandardVersion, reason: str = "", since: dt.date | None = None
) -> StandardVersion:
    """The latest version with the changes of a draft; grades that were all taken out stay."""
    return replace(
        latest,
        indicators={**latest.indicators, **draft.indicators},
        grades=draft.grades or dict(latest.grades),
        vetoes=dict(latest.vetoes) if draft.vetoes is None else draft.vetoes,
        order=draft.order or tuple(latest.order),
        reason=reason,
        effective_from=since or dt.date.today(),
        version=DRAFTED,
        restores=None,
    )


def changes_nothing(draft: Draft, latest: StandardVersion) -> bool:
    """Whether the standards would stay what they are; refused where the draft gives no points."""
    version = version_of(draft, latest)
    grades, before = with_version(version).grades, with_version(latest).grades
    return (
        not draft.indicators
        and version.order == latest.order
        and dict(version.vetoes) == dict(latest.vetoes)
        and dict(grades) == dict(before)
    )


def tried(catalogue: Catalogue, name: str, table: Mapping[str, Any]) -> Indicator:
    """One indicator as a definition would have it, beside all others as they are."""
    tables = {indicator.id: definition_of(indicator) for indicator in catalogue.indicators}
    version = StandardVersion(
        {**tables, name: table}, {}, {}, "", "", dt.date.today(), version=DRAFTED
    )
    return with_version(version)[name]


def fate(name: str, before: Catalogue, after: Catalogue) -> str:
    """What becomes of an indicator: added, removed or changed."""
    if name not in before.ids:
        return "added"
    return "changed" if name in after.ids else "removed"
