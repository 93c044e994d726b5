"""The state store: small tables people write, safe with several writers; never in DuckDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from analytics.errors import RequestRefused
from analytics.model import CoachingEntry, Settings, WeightScheme

metadata = sa.MetaData()
_scheme = sa.Table(
    "weight_scheme",
    metadata,
    sa.Column("name", sa.String),
    sa.Column("version", sa.Integer),
    sa.Column("categories", sa.JSON),
    sa.Column("indicators", sa.JSON),
    sa.Column("author", sa.String),
    sa.Column("reason", sa.Text),
    sa.Column("purpose", sa.String),
    sa.Column("saved_at", sa.DateTime),
)
_recipe = sa.Table(
    "recipe",
    metadata,
    sa.Column("headers_key", sa.String),
    sa.Column("name", sa.String),
    sa.Column("recipe", sa.JSON),
    sa.Column("saved_at", sa.DateTime),
)
_setting = sa.Table(
    "setting", metadata, sa.Column("name", sa.String), sa.Column("value", sa.JSON), sa.Column("saved_at", sa.DateTime)
)
_coaching = sa.Table(
    "coaching", metadata,
    sa.Column("agent_id", sa.String), sa.Column("version", sa.Integer), sa.Column("listed", sa.Boolean), sa.Column("reason", sa.Text),
    sa.Column("action", sa.Text), sa.Column("last_date", sa.Date), sa.Column("next_date", sa.Date), sa.Column("comment", sa.Text),
    sa.Column("saved_at", sa.DateTime),
)  # fmt: skip
_alias = sa.Table(
    "agent_alias", metadata, sa.Column("alias", sa.String), sa.Column("agent_id", sa.String), sa.Column("saved_at", sa.DateTime)
)  # fmt: skip


class Store:
    """Schemes, recipes, settings and coaching entries behind one database URL."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _sqlite)
            sa.event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
        self._migrate()

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    # -- weight schemes ------------------------------------------------------------------------------------------

    def schemes(self) -> list[WeightScheme]:
        """The latest version of every saved scheme, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_scheme).order_by(_scheme.c.name, _scheme.c.version)).mappings().all()
        latest = {row["name"]: row for row in rows}
        return [
            WeightScheme(
                row["name"], row["categories"], row["indicators"], None, row["reason"], row["author"],
                f"{row['saved_at']:%Y-%m-%d}", row["version"], row["purpose"],
            )
            for row in latest.values()
        ]  # fmt: skip

    def save_scheme(self, scheme: WeightScheme) -> WeightScheme:
        """Save as the next version of its name; versions are never overwritten."""
        with self._engine.begin() as connection:
            last = connection.execute(
                sa.select(sa.func.max(_scheme.c.version)).where(_scheme.c.name == scheme.name)
            ).scalar()
            saved = replace(scheme, version=(last or 0) + 1)
            connection.execute(
                sa.insert(_scheme).values(
                    name=saved.name, version=saved.version, categories=dict(saved.categories),
                    indicators=dict(saved.indicators), author=saved.author, reason=saved.reason, purpose=saved.purpose,
                    saved_at=_now(),
                )
            )  # fmt: skip
        return saved

    # -- recipes ---------------------------------------------------------------------------------------------------

    def recipe(self, headers_key: str) -> Mapping[str, Any] | None:
        """The recipe that was confirmed for these headers, as plain values."""
        with self._engine.connect() as connection:
            found: Mapping[str, Any] | None = connection.execute(
                sa.select(_recipe.c.recipe).where(_recipe.c.headers_key == headers_key)
            ).scalar()
        return found

    def save_recipe(self, headers_key: str, name: str, recipe: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_recipe).where(_recipe.c.headers_key == headers_key))
            connection.execute(
                sa.insert(_recipe).values(headers_key=headers_key, name=name, recipe=dict(recipe), saved_at=_now())
            )

    # -- settings --------------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """The rules in force: the defaults, and what was changed."""
        with self._engine.connect() as connection:
            rows: dict[str, Any] = {
                str(name): value for name, value in connection.execute(sa.select(_setting.c.name, _setting.c.value))
            }
        known = {field.name for field in fields(Settings)}
        return Settings(**{name: value for name, value in rows.items() if name in known})

    def save_setting(self, name: str, value: Any) -> None:
        if name not in {field.name for field in fields(Settings)}:
            raise RequestRefused("setting_unknown", name=name)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_setting).where(_setting.c.name == name))
            connection.execute(sa.insert(_setting).values(name=name, value=value, saved_at=_now()))

    # -- aliases ---------------------------------------------------------------------------------------------------

    def aliases(self) -> dict[str, str]:
        """Spelling → the agent it stands for; never a spelling that is itself merged into another."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_alias.c.alias, _alias.c.agent_id).order_by(_alias.c.alias)).all()
        return {str(alias): str(agent_id) for alias, agent_id in rows}

    def merge_agents(self, spellings: Collection[str], agent_id: str) -> None:
        """Have spellings stand for an agent; what they stood for before is followed, so that no chain is left."""
        with self._engine.begin() as connection:
            kept = (
                connection.execute(sa.select(_alias.c.agent_id).where(_alias.c.alias == agent_id)).scalar() or agent_id
            )
            moved = [one for one in spellings if one != kept]
            connection.execute(sa.delete(_alias).where(_alias.c.alias.in_(moved)))
            connection.execute(sa.update(_alias).where(_alias.c.agent_id.in_(moved)).values(agent_id=kept))
            for one in moved:
                connection.execute(sa.insert(_alias).values(alias=one, agent_id=kept, saved_at=_now()))

    def split_agents(self, spellings: Collection[str]) -> None:
        """Have spellings stand for themselves again."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_alias).where(_alias.c.alias.in_(list(spellings))))

    # -- coaching --------------------------------------------------------------------------------------------------

    def coaching(self) -> dict[str, CoachingEntry]:
        """Every agent's coaching entry."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_coaching)).mappings().all()
        names = [field.name for field in fields(CoachingEntry)]
        return {row["agent_id"]: CoachingEntry(**{name: row[name] for name in names}) for row in rows}

    def save_coaching(self, entry: CoachingEntry) -> CoachingEntry:
        """Save over the version that was read; refused when somebody saved another in between."""
        values = {field.name: getattr(entry, field.name) for field in fields(entry)} | {"saved_at": _now()}
        with self._engine.begin() as connection:
            stored = connection.execute(
                sa.select(_coaching.c.version).where(_coaching.c.agent_id == entry.agent_id)
            ).scalar()
            if (stored or 0) != entry.version:
                raise RequestRefused("changed_meanwhile", name=entry.agent_id)
            values["version"] = entry.version + 1
            if stored is None:
                connection.execute(sa.insert(_coaching).values(**values))
            else:
                connection.execute(sa.update(_coaching).where(_coaching.c.agent_id == entry.agent_id).values(**values))
        return replace(entry, version=entry.version + 1)


def _sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say begin ourselves: the driver's own would not take the write lock
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma busy_timeout = 10000")
    connection.execute("pragma foreign_keys = on")


def _now() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)
