"""An import recipe · 导入方案: how the columns of one kind of file become fields; read from and
written as TOML."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import fields as dataclass_fields
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
# where a table stands in its file
LAYOUT = ("header_row", "header_rows", "first_column", "encoding", "delimiter", "hidden")
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
    unknown = set(table) - {entry.name for entry in dataclass_fields(Recipe)}
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
            raise RecipeRefused("recipe_unknown_field", field=name, kind=kinds()[kind].label)
    options = {name: _option(name, value) for name, value in dict(table.get("options", {})).items()}
    for name, value in (*_odd(options), *_unfit(options, kind)):
        raise RecipeRefused("recipe_bad_option", option=name, value=value)
    return Recipe(
        kind=kind,
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


def _option(name: str, value: Any) -> Any:
    """An option's value if it is of the option's type; days as ISO texts."""
    if name not in OPTIONS:
        raise RecipeRefused("recipe_unknown_option", option=name)
    if not _is(value, OPTIONS[name]):
        raise RecipeRefused("recipe_bad_option", option=name, value=value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _is(value: object, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _odd(options: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The options that are out of range, with their values."""
    for name in ("satisfaction_max", "score_max"):
        if name in options and options[name] <= 0:
            yield name, options[name]
    for code, rate in options.get("currency_rates", {}).items():
        if not _is(rate, (int, float)) or rate <= 0:
            yield f"currency_rates.{code}", rate
    for name, choices in CHOICES.items():
        if name in options and options[name] not in choices:
            yield name, options[name]


def _unfit(options: Mapping[str, Any], kind: str) -> Iterator[tuple[str, object]]:
    """The options that no table, or no table of this kind, can obey, with their values."""
    for name in ("header_row", "first_column"):
        if name in options and options[name] < 1:
            yield name, options[name]
    sense = options.get("sheet_is")
    if sense is not None and sense not in kinds()[kind].fields:
        yield "sheet_is", sense
    figure = options.get("wide_field")
    if figure is not None and (kind != "scoresheet" or figure not in ("*", *counted())):
        yield "wide_field", figure


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
