"""An import recipe · 导入方案: how the columns of one kind of file become fields; read from and
written as TOML."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from analytics.errors import RecipeRefused
from analytics.intake.fields import counted, field_of, kinds

OPTIONS: Mapping[str, tuple[type, ...]] = {
    "satisfaction_max": (int, float),
    "score_max": (int, float),
    "date_order": (str,),
    "date_system": (int,),
    "missing": (list,),
    "from": (str, dt.date),
    "to": (str, dt.date),
    "encoding": (str,),
    "delimiter": (str,),
    "header_row": (int,),
    "header_rows": (int,),
    "first_column": (int,),
    "hidden": (str,),
    "duplicates": (str,),
    "sheet_is": (str,),
    "sheets": (list,),
    "count_by": (str,),
    "object_rule": (str,),
    "wide_field": (str,),
    "year": (int,),
    "months": (str,),
    "rate_scale": (str,),
    "currency_rates": (dict,),
}
CHOICES: Mapping[str, tuple[object, ...]] = {
    "date_order": ("ymd", "dmy", "mdy"),
    "date_system": (1900, 1904),
    "months": ("add", "replace"),
    "rate_scale": ("percent", "fraction"),
    "header_rows": (1, 2),
    "hidden": ("skip", "read"),
    "duplicates": ("refuse", "add"),
    "count_by": ("policy", "object", "customer"),
    "object_rule": ("any", "all"),
    "sheet_is": ("period", "team", "branch"),
}


@dataclass(frozen=True)
class Recipe:
    """kind, sheet, field → header, field → word lists, header → values kept, options, question →
    answer, headers not used."""

    kind: str
    columns: Mapping[str, str]
    sheet: str | None = None
    values: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    only: Mapping[str, list[str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    name: str = ""

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheets that it is for; all of them when it names none."""
        return tuple(self.options.get("sheets", ())) or (
            (self.sheet,) if self.sheet is not None else ()
        )

    def plain(self) -> dict[str, Any]:
        """The recipe as plain values, without what is empty."""
        return {
            key: value for key, value in asdict(self).items() if value not in (None, {}, "", ())
        }

    def toml(self) -> str:
        return tomli_w.dumps(self.plain())


def recipe_from(table: Mapping[str, Any]) -> Recipe:
    """A recipe from plain values; refuses unknown kinds, fields and options by name."""
    unknown = set(table) - {
        "kind",
        "columns",
        "sheet",
        "values",
        "only",
        "options",
        "answers",
        "ignore",
        "name",
    }
    if unknown:
        raise RecipeRefused("recipe_unknown_key", entry=sorted(unknown)[0])
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in kinds():
        raise RecipeRefused("kind_unknown", kind=kind, kinds=list(kinds()))
    columns = _texts(table.get("columns"), "columns")
    if not columns:
        raise RecipeRefused("recipe_no_columns")
    for name in columns:
        if field_of(kind, name) is None:
            raise RecipeRefused("recipe_unknown_field", field=name, kind=kind)
    options = dict(table.get("options", {}))
    for name, value in options.items():
        if name not in OPTIONS:
            raise RecipeRefused("recipe_unknown_option", option=name)
        if not isinstance(value, OPTIONS[name]) or isinstance(value, bool):
            raise RecipeRefused("recipe_bad_option", option=name, value=value)
        if isinstance(value, dt.date):
            options[name] = value.isoformat()
    for name in ("satisfaction_max", "score_max"):
        if name in options and options[name] <= 0:
            raise RecipeRefused("recipe_bad_option", option=name, value=options[name])
    for code, rate in options.get("currency_rates", {}).items():
        if not isinstance(rate, (int, float)) or isinstance(rate, bool) or rate <= 0:
            raise RecipeRefused("recipe_bad_option", option=f"currency_rates.{code}", value=rate)
    for name, choices in CHOICES.items():
        if name in options and options[name] not in choices:
            raise RecipeRefused("recipe_bad_option", option=name, value=options[name])
    for name in ("header_row", "first_column"):
        if name in options and options[name] < 1:
            raise RecipeRefused("recipe_bad_option", option=name, value=options[name])
    if (
        options.get("sheet_is") in ("team", "branch", "period")
        and options["sheet_is"] not in kinds()[kind].fields
    ):
        raise RecipeRefused("recipe_bad_option", option="sheet_is", value=options["sheet_is"])
    if "wide_field" in options and (
        kind != "scoresheet" or options["wide_field"] not in ("*", *counted())
    ):
        raise RecipeRefused("recipe_bad_option", option="wide_field", value=options["wide_field"])
    return Recipe(
        kind=str(kind),
        columns=columns,
        sheet=None if table.get("sheet") is None else str(table["sheet"]),
        values={
            name: {key: _words(value) for key, value in group.items()}
            for name, group in dict(table.get("values", {})).items()
        },
        only={str(name): _words(value) for name, value in dict(table.get("only", {})).items()},
        options=options,
        answers=_texts(table.get("answers", {}), "answers"),
        ignore=tuple(_words(list(table.get("ignore", [])))),
        name=str(table.get("name", "")),
    )


def read_recipe(path: Path) -> Recipe:
    """A recipe from a TOML file."""
    try:
        return recipe_from(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeRefused("recipe_not_toml", file=path.name, detail=str(error)) from error
    except OSError as error:
        raise RecipeRefused("file_missing", file=path.name) from error


def headers_key(headers: Sequence[str]) -> str:
    """What makes two files "the same headers": their set, however ordered."""
    return hashlib.sha256("\x1f".join(sorted(headers)).encode()).hexdigest()[:24]


def _words(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise RecipeRefused("recipe_list_expected", value=value)
    return [str(word) for word in value]


def _texts(table: Any, key: str) -> dict[str, str]:
    if not isinstance(table, Mapping):
        raise (
            RecipeRefused("recipe_no_columns")
            if table is None
            else RecipeRefused("recipe_unknown_key", entry=key)
        )
    return {str(name): str(header) for name, header in table.items()}
