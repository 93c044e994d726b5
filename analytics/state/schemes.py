"""Weight schemes: saved as versions that are never overwritten, and the months from which one was
adopted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from analytics.errors import RequestRefused
from analytics.model import WeightScheme
from analytics.people import Adoption, SwotEntry
from analytics.state import tables
from analytics.state.database import Change, Database, kept, now, value_from, values_of


class Schemes:
    """Saved weight schemes by name and version, and their adoptions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @kept
    def all(self, *, every_version: bool = False) -> list[WeightScheme]:
        """The latest version of every saved scheme by name; with `every_version` all of them,
        oldest first."""
        table = tables.weight_scheme
        rows = self._database.rows(sa.select(table).order_by(table.c.name, table.c.version))
        chosen = rows if every_version else list({row["name"]: row for row in rows}.values())
        return [_scheme(row) for row in chosen]

    def save(self, scheme: WeightScheme, who: str) -> WeightScheme:
        """Save as the next version of its name; versions are never overwritten, nor is the number
        of a deleted one given again."""
        table = tables.weight_scheme
        with self._database.change(who) as change:
            saved = replace(
                scheme,
                version=_last(change, scheme.name) + 1,
                date=f"{now():%Y-%m-%d}",
                trial=False,
            )
            row = {name: getattr(saved, name) for name in _COLUMNS}
            row |= {"categories": dict(saved.categories), "indicators": dict(saved.indicators)}
            row |= {"trace": [values_of(entry) for entry in saved.trace], "saved_at": now()}
            change.connection.execute(sa.insert(table).values(**row))
            said = {name: row[name] for name in ("categories", "reason", "purpose", "company_goal")}
            change.log("scheme.save", f"{saved.name} v{saved.version}", None, said)
        return saved

    def delete(self, name: str, version: int | None, who: str) -> int:
        """Delete a scheme, or one version of it; refused where any of it was ever adopted. How many
        versions went."""
        table = tables.weight_scheme
        chosen = (
            table.c.name == name
            if version is None
            else (table.c.name == name) & (table.c.version == version)
        )
        with self._database.change(who) as change:
            adopted = [adoption for adoption in self.adoptions() if adoption.name == name]
            used = [adoption for adoption in adopted if version in (None, adoption.version)]
            rows = change.connection.execute(sa.select(table).where(chosen)).mappings().all()
            if not rows:
                raise RequestRefused(
                    "scheme_version_unknown", name=name if version is None else f"{name} v{version}"
                )
            if used:
                raise RequestRefused(
                    "scheme_was_in_force", name=name, since=f"{used[0].effective_from:%Y-%m}"
                )
            change.connection.execute(sa.delete(table).where(chosen))
            for row in rows:
                change.log(
                    "scheme.delete",
                    f"{name} v{row['version']}",
                    {"categories": row["categories"]},
                    None,
                )
        return len(rows)

    @kept
    def adoptions(self) -> list[Adoption]:
        """Every adoption in the order it was decided."""
        table = tables.scheme_adoption
        return [
            value_from(Adoption, row)
            for row in self._database.rows(sa.select(table).order_by(table.c.id))
        ]

    def adopt(self, adoption: Adoption, months: Mapping[str, Any]) -> Adoption:
        """Put a scheme in force from a month on; `months` are those it changes, for the audit."""
        with self._database.change(adoption.who) as change:
            made = replace(adoption, adopted_at=now())
            made = replace(made, id=change.insert(tables.scheme_adoption, **values_of(made, "id")))
            said = {
                "from": f"{made.effective_from:%Y-%m}",
                "reason": made.reason,
                "months": dict(months),
            }
            change.log("scheme.adopt", f"{made.name} v{made.version}", None, said)
        return made


def _last(change: Change, name: str) -> int:
    """The highest version that a name ever had, by the audit too: of those that were deleted
    nothing else knows."""
    scheme, line = tables.weight_scheme, tables.audit
    there = change.rows(sa.select(scheme.c.version).where(scheme.c.name == name))
    said = line.c.object.startswith(f"{name} v", autoescape=True)
    ever = change.rows(sa.select(line.c.object).where(line.c.action == "scheme.save", said))
    numbers = [row["object"].removeprefix(f"{name} v") for row in ever]
    return max(
        [
            0,
            *(int(row["version"]) for row in there),
            *(int(number) for number in numbers if number.isdecimal()),
        ]
    )


_COLUMNS = ("name", "version", "author", "reason", "purpose", "company_goal", "effective_from")


def _scheme(row: Mapping[str, Any]) -> WeightScheme:
    return WeightScheme(
        row["name"],
        row["categories"],
        row["indicators"],
        None,
        row["reason"],
        row["author"],
        f"{row['saved_at']:%Y-%m-%d}",
        row["version"],
        row["purpose"],
        tuple(SwotEntry(**entry) for entry in row["trace"]),
        row["effective_from"],
        row["company_goal"],
    )
