"""A figure with its table, its download and its empty state; tables with their downloads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.charts.theme import Drawing
from analytics.errors import RenewalError
from analytics.language import explain, say
from analytics.reports.tables import Column, Table, export_name, to_csv, to_xlsx
from analytics.reports.words import trial_sentence
from pages.ui import controls, load, session
from pages.ui.belongings import NotGiven
from pages.ui.figure import About, Picture, persistent_figure, picture
from pages.ui.i18n import md, plain, t


@dataclass(frozen=True)
class Rows:
    """A table as it is shown, made once for all who see it, and what the browser gets of it."""

    table: Table
    cells: pa.Table
    config: Mapping[str, Any]
    named: dict[str, tuple[list[str], str]] = field(
        default_factory=dict, compare=False
    )  # what `ids` was asked for

    def ids(self, by: str) -> tuple[list[str], str]:
        """The ids in a column, and a mark that only these in this order have."""
        if by not in self.named:
            listed = [str(value) for value in self.table.frame[by]]
            self.named[by] = listed, hashlib.sha256("\x1f".join(listed).encode()).hexdigest()[:12]
        return self.named[by]

    @classmethod
    def of(cls, table: Table) -> Rows:
        config = {
            column.name: column_config(
                column, pinned=place == 0, width=name_width(table.frame, column.name)
            )
            for place, column in enumerate(table.shown)
        }
        return cls(table, as_shown(table), config)


def chart(
    key: str,
    fig: Drawing | Picture,
    table: Table | Rows,
    *,
    alt: str,
    people: bool = False,
) -> str | None:
    """A figure that no slider changes, with its table twin behind a click. `people`: whose mark or
    row was clicked on."""
    if (table.table if isinstance(table, Rows) else table).frame.empty:
        st.info(t("common.nothing"))
        return None
    clicked = draw(key, fig, alt=alt, people=people)
    with fold(t("common.as_table"), f"{key}.fold") as there:
        if there and people:
            clicked = one_of(f"{key}.table", table) or clicked
        elif there:
            show(f"{key}.table", table)
    return clicked


def one_of(key: str, table: Table | Rows, **options: Any) -> str | None:
    """A table of people: the one whose row is clicked on."""
    event = show(key, table, on_select="rerun", selection_mode="single-row", **options)
    ids = (table.table if isinstance(table, Rows) else table).frame["agent_id"]
    rows = event.selection.rows
    return str(ids.iat[rows[0]]) if rows and rows[0] < len(ids) else None


@contextmanager
def fold(label: str, key: str) -> Iterator[bool]:
    """A part that is folded away, and not even made until somebody opens it: whether somebody
    has."""
    with st.expander(md(label), key=key, on_change="rerun") as part:
        yield bool(part.open)


def draw(
    key: str, fig: Drawing | Picture, *, alt: str, selectable: bool = False, people: bool = False
) -> str | None:
    """A figure in the page's own text colours, light or dark; in one that is `selectable` marks
    can be clicked. `people`: whose mark was clicked on, once."""
    drawn = fig if isinstance(fig, Picture) else picture(fig)
    about = saved(alt, f"{key} {shown_period()}".rstrip())
    clickable = selectable or people
    selection = persistent_figure(
        drawn, key, drawn.height, clickable, alt=alt, labels=modebar(), about=about
    )
    if selection is None or not people:
        return None
    clicked = [
        drawn.ids[trace][point]
        for trace, point in selection["points"]
        if trace < len(drawn.ids) and point < len(drawn.ids[trace])
    ]
    # The browser goes on saying what is selected when the reader comes back.
    before = session.get(f"{key}.clicked")
    session.put(f"{key}.clicked", clicked)
    return clicked[-1] if clicked and clicked != before else None


def saved(finding: str, name: str) -> About:
    """What stands above a figure that is saved as a picture: what it says, of which period, and
    whether sample figures or a trial made it."""
    desk = load.desk()
    facts = [controls.period_text(controls.remembered_period())] if shown_period() else []
    if desk.has_sample():
        facts.append(say("app.sample_badge", session.language()))
    stem = f"{t('trial.mark')} {name}" if on_trial() else name
    return {"lines": [finding, " · ".join(facts), *on_trial()], "name": stem}


def modebar() -> dict[str, str]:
    """Plotly's toolbar in the reader's language."""
    return _modebar(session.language())


@cache
def _modebar(language: str) -> dict[str, str]:
    names = {
        "Pan": "pan",
        "Zoom": "zoom",
        "Box Select": "select",
        "Lasso Select": "lasso",
        "Zoom in": "zoom_in",
        "Zoom out": "zoom_out",
        "Autoscale": "autoscale",
        "Reset axes": "reset",
        "Save as PNG": "png",
        "Save as SVG": "svg",
    }
    return {title: say(f"modebar.{key}", language) for title, key in names.items()}


ROW = 33  # height of a table's row at the base font


def fit(rows: int, most: int) -> int | Literal["content"]:
    """The height of a table: all its rows where they fit into `most` pixels."""
    return "content" if ROW * (rows + 1) + 3 <= most else most


def show(key: str, table: Table | Rows, **options: Any) -> Any:
    """A table in the reader's language: numbers right-aligned with their format, the first column
    pinned."""
    rows = table if isinstance(table, Rows) else Rows.of(table)
    return st.dataframe(
        rows.cells,
        hide_index=True,
        key=key,
        column_config={**rows.config, **options.pop("column_config", {})},
        width="stretch",
        placeholder="—",
        **options,
    )


def pick(
    key: str,
    table: Table | Rows,
    *,
    by: str,
    most: int = 1,
    **options: Any,
) -> list[str]:
    """A table whose rows can be ticked; the ids (column `by`) of those that are, also when its rows
    come in another order.

    A tick is the number of a row to Streamlit: a table of other rows is another table, and begins
    with the ticks whose ids it has.
    """
    rows = table if isinstance(table, Rows) else Rows.of(table)
    ids, mark = rows.ids(by)
    before, kept, first = session.get(f"ticked.{key}") or ("", [], [])
    if before != mark:
        first = [ids.index(row_id) for row_id in kept if row_id in ids][:most]
    event = show(
        f"{key}.{mark}",
        rows,
        on_select="rerun",
        selection_mode="single-row" if most == 1 else "multi-row",
        selection_default={"selection": {"rows": first}} if first else None,
        **options,
    )
    ticked = [ids[row] for row in event.selection.rows if row < len(ids)]
    session.put(f"ticked.{key}", (mark, ticked, first))
    return ticked


NAMES = frozenset(
    {
        "name",
        "team",
        "teams",
        "branch",
        "branches",
        "channel",
        "product",
        "email",
        "owner",
        "author",
    }
)
LONG = 14  # characters of a name that take about as much room as a column of names is given
NAME_WIDTH = 190


def name_width(table: pd.DataFrame, column: str) -> int | None:
    """The width of a column of names in pixels where a long one would push the other columns out of
    sight, else its own: a click on a cell shows all of it."""
    if column == "too_few":  # the first rows, whose words Streamlit measures, have none
        return (
            max(
                (
                    sum(13 if ord(letter) > 255 else 7 for letter in str(words))
                    for words in table[column]
                ),
                default=0,
            )
            + 24
        )
    if column not in NAMES or column not in table:
        return None
    return NAME_WIDTH if max(map(len, map(str, table[column])), default=0) > LONG else None


def as_shown(table: Table) -> pa.Table:
    """The columns of a table as the reader sees them: rates in percent, one decimal. Arrow's own
    table, since a frame would be turned into one at every run, which takes several times longer
    than making it so."""
    frame = table.frame
    return pa.table(
        {column.name: _cells(frame[column.name], column.format) for column in table.shown}
    )


def _cells(values: pd.Series, form: str) -> pa.Array:
    if form == "percent":
        # A share below 100 % never reads 100 %: what rounding would make whole is cut.
        share = values.to_numpy(dtype=float, na_value=np.nan) * 100.0
        return pa.array(np.where((share < 100.0) & (share >= 99.95), 99.9, share), from_pandas=True)
    try:
        return pa.array(values.array, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # cells of several kinds
        return pa.array([None if pd.isna(cell) else str(cell) for cell in values], pa.string())


def column_config(column: Column, *, pinned: bool, width: int | None = None) -> Any:
    """How Streamlit shows a column of this format."""
    make: dict[str, Callable[..., Any]] = {
        "percent": lambda *a, **k: st.column_config.NumberColumn(*a, format="%.1f%%", **k),
        "score": lambda *a, **k: st.column_config.NumberColumn(*a, format="%.1f", **k),
        "number": lambda *a, **k: st.column_config.NumberColumn(*a, format="%.2f", **k),
        "p": lambda *a, **k: st.column_config.NumberColumn(*a, format="%.4f", **k),
        "amount": lambda *a, **k: st.column_config.NumberColumn(*a, format="localized", **k),
        "count": lambda *a, **k: st.column_config.NumberColumn(*a, format="localized", **k),
        "money": lambda *a, **k: st.column_config.NumberColumn(*a, format="localized", **k),
        "date": lambda *a, **k: st.column_config.DateColumn(*a, format="YYYY-MM-DD", **k),
        "figure": lambda *a, **k: st.column_config.TextColumn(*a, alignment="right", **k),
    }
    return make.get(column.format, st.column_config.TextColumn)(
        column.header, pinned=pinned, width=width
    )


@dataclass(frozen=True)
class Leaving:
    """A file that a reader may take: its name, of how many persons it tells (None: nobody counted
    them; 0: of nobody, which leaves no line in the audit), and of which period."""

    name: str
    persons: int | None
    period: str = ""
    mime: str | None = None


def take(label: str, leaving: Leaving, make: Callable[[], bytes], key: str, **look: Any) -> None:
    """A button that gives a file out, made at the click. Then, and not before, it is asked whether
    the account is still there with the role and scope that the page was drawn for, and the line in
    the audit is written; a refusal stands below the button at once, where it does not stay, and at
    the top of the page's next run."""
    st.download_button(
        md(label),
        _given(leaving, make),
        leaving.name,
        leaving.mime,
        key=key,
        on_click="ignore",
        **look,
    )


def _given(leaving: Leaving, make: Callable[[], bytes]) -> Callable[[], bytes]:
    desk, reader, letters, language = (
        load.desk(),
        session.identity(),
        session.letters(),
        session.language(),
    )

    def given() -> bytes:  # outside any run of the page: session and address cannot be read there
        try:
            desk.require_as(reader)
            data = make()
            if leaving.persons != 0:
                desk.exported(leaving.name, period=leaving.period, persons=leaving.persons)
        except RenewalError as error:
            letters.append(said := explain(error, language))
            raise NotGiven(said) from error
        return data

    return given


def downloads(
    key: str,
    stem: str,
    table: Table | Callable[[], Table],
    notes: Sequence[str] = (),
    *,
    persons: int | None = 0,
    figures: bool = True,
) -> DeltaGenerator:
    """One quiet menu with a table as CSV and XLSX, made when clicked, under a name that never
    repeats; given back, so that other files of the same part can be put into it.

    `figures`: whether it tells of the company's people, who may be made up; `persons`: of how many
    it tells, where no agent_id of its own says that, or the table itself is made no sooner.
    """
    version = load.desk().data_version()
    made_up, trial = sample_rows() if figures else [], on_trial()
    first = [*made_up, *trial, *its_days(stem)]
    name = marked(stem, trial=bool(trial), sample=bool(made_up))
    if persons == 0 and isinstance(table, Table) and "agent_id" in table.frame:
        persons = int(table.frame["agent_id"].nunique())
    span = shown_period()

    def made() -> Table:
        return table if isinstance(table, Table) else table()

    place = menu(key)
    with place:
        sheet = Leaving(export_name(name, version, "xlsx"), persons, span)
        take(
            t("common.xlsx"),
            sheet,
            lambda: to_xlsx({stem: made()}, notes, first),
            f"{key}.xlsx",
        )
        text = Leaving(export_name(name, version, "csv"), persons, span, "text/csv")
        take(t("common.csv"), text, lambda: to_csv(made(), first), f"{key}.csv")
    return place


def headed(
    finding: str,
    key: str,
    stem: str,
    table: Table | Callable[[], Table],
    notes: Sequence[str] = (),
    **facts: Any,
) -> DeltaGenerator:
    """What a chart or table says, in plain words above it, and at its right the menu of its files,
    which is given back."""
    with st.container(
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        key=f"headed.{key}",
    ):
        st.subheader(md(finding), anchor=False, width="stretch")
        return downloads(key, stem, table, notes, **facts)


def menu(key: str) -> DeltaGenerator:
    """The menu of what can be taken from the part of a page that it stands beside."""
    return st.popover(
        t("common.take"), type="tertiary", icon=":material/download:", key=f"take.{key}"
    )


def sample_rows() -> list[str]:
    """The first row of whatever is exported while figures of the sample are shown: that they are
    made up."""
    return [plain("app.sample_export")] if load.desk().has_sample() else []


def marked(stem: str, *, trial: bool = False, sample: bool = False) -> str:
    """The name of an export, which says what its figures are."""
    marks = [plain("trial.mark")] if trial else []
    marks += [plain("app.sample_mark")] if sample else []
    return " ".join([*marks, stem])


def shown_period() -> str:
    """The id of the period that the page shows, for the audit; empty where it shows none."""
    return str(session.remembered("period") or "")


def its_days(stem: str) -> list[str]:
    """A row of what is exported about the period of the page, where months do not begin on the
    first: its days."""
    if load.desk().settings.month_begins == 1 or not shown_period():
        return []
    said = controls.period_text(controls.remembered_period())
    return [said] if said in stem else []


def on_trial() -> list[str]:
    """The first row of whatever is exported from a page that follows a trial; nothing elsewhere."""
    trial = session.followed_trial()
    if trial is None:
        return []
    return [
        trial_sentence(trial, load.desk().scheme(controls.remembered_period()), session.language())
    ]
