"""The rollup keeps to the SQL that every engine of the README has, and can be said in each of their
dialects."""

import pytest
import sqlglot
from sqlglot import exp

from analytics.warehouse.connection import question, view

ROLLUPS = ("rollup", "rollup_items")
DIALECTS = ("spark", "trino", "clickhouse", "starrocks", "doris", "hive", "postgres")
ALLOWED = (
    exp.Select,
    exp.With,
    exp.CTE,
    exp.Subquery,
    exp.From,
    exp.Join,
    exp.Where,
    exp.Group,
    exp.Union,
    exp.Alias,
    exp.TableAlias,
    exp.Table,
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Nullif,
    exp.In,
    exp.Between,
    exp.Count,
    exp.Sum,
    exp.Avg,
    exp.Min,
    exp.Max,
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.DateDiff,
    exp.Var,
    exp.Cast,
    exp.DataType,
    exp.Div,
    exp.Mul,
    exp.Add,
    exp.Sub,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Is,
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.Paren,
    exp.Star,
    exp.Parameter,
    exp.Placeholder,
)


def outside_the_core(sql: str) -> list[str]:
    """Every construct that the portable core does not know, by name."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    faults = [
        f"{type(node).__name__}: {node.sql('duckdb')}"
        for node in tree.walk()
        if not isinstance(node, ALLOWED)
    ]
    for cast in tree.find_all(exp.Cast):
        if cast.to.this not in (exp.DataType.Type.DOUBLE, exp.DataType.Type.DATE):
            faults.append(f"cast to {cast.to}")
    for join in tree.find_all(exp.Join):
        if (
            join.side not in ("", "LEFT")
            or join.kind not in ("", "INNER")
            or not join.args.get("on")
        ):
            faults.append(f"join: {join.sql('duckdb')[:60]}")
    for select in tree.find_all(exp.Select):
        faults += [
            f"no alias: {column.sql('duckdb')}"
            for column in select.expressions
            if not isinstance(column, exp.Alias)
        ]
    for total in tree.find_all(exp.Sum):
        if total.find(exp.Cast) is not None:
            faults.append(f"sum over a cast: {total.sql('duckdb')}")
    return faults


@pytest.mark.parametrize(
    "text", [*map(question, ROLLUPS), view("policy_state")], ids=[*ROLLUPS, "policy_state"]
)
def test_the_rollup_keeps_to_the_portable_core(text):
    assert outside_the_core(text) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) filter (a > 1) as n from t",
        "select a from t",
        "select sum(cast(a as double)) as s from t",
        "select a as a, row_number() over (order by a) as r from t",
        "select round(a) as a from t",
        "select a as a from t right join u on t.x = u.x",
        "select cast(a as varchar) as a from t",
        "select list(a) as a from t",
    ],
)
def test_the_lint_names_what_other_engines_lack(sql):
    assert outside_the_core(sql)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ROLLUPS)
def test_the_rollup_can_be_said_in_every_dialect(name, dialect):
    bound = sqlglot.parse_one(question(name), read="duckdb").transform(
        lambda node: (
            exp.Literal.number(30) if isinstance(node, (exp.Parameter, exp.Placeholder)) else node
        )
    )
    said = bound.sql(dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(said, read=dialect).find(exp.Group) is not None


def test_rolling_up_one_month_gives_what_rolling_up_everything_gives(home, tmp_path):
    from tests.conftest import load_text

    header = "保单号,工号,到期日,续保结果\n"
    load_text(home, tmp_path, "policies", header + "P1,A1,2026-03-02,已续\nP2,A1,2026-04-02,未续\n")
    load_text(home, tmp_path, "policies", header + "P3,A1,2026-04-03,已续\n")
    partly = home.warehouse.ask("months").to_dict("records")
    home.rebuild()
    assert home.warehouse.ask("months").to_dict("records") == partly
