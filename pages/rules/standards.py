"""Standards · 评分标准: what each value is worth, tried over past periods before it is adopted;
every change a version."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analytics.catalogue import Catalogue, definition_of, offered, with_version
from analytics.charts.standards import standard_curve, title
from analytics.errors import RenewalError
from analytics.evaluation import Evaluation
from analytics.insight.draft import (
    changes_nothing,
    fate,
    tried,
    version_of,
    with_definition,
    with_place,
)
from analytics.insight.objections import review_list
from analytics.insight.rehearsal import grade_changes, jumps, rehearse
from analytics.intake.fields import counted
from analytics.language import explain
from analytics.model import Indicator
from analytics.people import StandardVersion, in_force
from analytics.reports import sheets
from analytics.reports.tables import Column, Table
from analytics.reports.words import changed_by, market_text
from pages.rules.definition import NEW, fields, new_table
from pages.rules.drafting import discard, draft, keep
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.head import Head
from pages.ui.i18n import md, plain, t, text

MOST_JUMP = 5.0


def latest() -> StandardVersion:
    """The version that a draft builds on."""
    every = load.desk().standards()
    return every[-1] if every else StandardVersion({}, {}, {}, "", "", dt.date.today())


def proposed() -> Catalogue:
    """The catalogue as the draft would have it; refused when it cannot give points."""
    return with_version(version_of(draft(), latest()))


def measures(base: Catalogue) -> dict[str, str]:
    """What can be divided by what: every measure, and the numbers of scoresheets that were kept as
    they were."""
    labels: dict[str, str] = {}
    for name, field in counted().items():
        if name not in {*base.ids, *offered()}:
            labels[name] = text(field.label)
    for name in load.desk().custom_measures():
        labels[name] = name.removeprefix("custom.")
    named = dict(labels)
    for part in base.indicators:
        if part.numerator not in named:
            labels[part.numerator] = text(part.label)
    for part in base.indicators:
        if part.denominator not in named:
            labels[part.denominator] = t("method.count") + f" · {text(part.label)}"
    return labels


def editor(now: Evaluation) -> None:
    """One indicator: what it divides, which way is better, its knots; the curve over what agents
    reached stands beside."""
    catalogue = proposed()
    tables = {
        NEW: new_table(),
        **offered(),
        **{part.id: definition_of(part) for part in catalogue.indicators},
    }
    options = [*catalogue.ids, *(name for name in offered() if name not in catalogue.ids), NEW]
    session.keep_valid("standard_choice", options)
    chosen = box(
        t("column.indicator"),
        options,
        key="standard_choice",
        format_func=lambda name: choice_of(name, catalogue),
        width=320,
    )
    left, right = st.columns([0.44, 0.56], gap="medium")
    with left, st.container(key=f"editor.{chosen}"):
        table, name = fields(chosen, tables[chosen], measures(now.catalogue))
    made = None
    try:
        made = tried(catalogue, name, table) if name else None
    except (RenewalError, KeyError, TypeError, ValueError) as error:
        right.warning(
            md(explain(error, session.language()))
            if isinstance(error, RenewalError)
            else t("standards.unfinished")
        )
    with right:
        if made is not None:
            curve(now, made)
        buttons(catalogue, chosen, name, None if made is None else table)


def curve(now: Evaluation, made: Indicator) -> None:
    """What each value would be worth, over what agents reached; a warning where that jumps."""
    base, name = now.catalogue, made.id
    current = base[name] if name in base.ids else made
    values = now.measured.agents.value[:, base.position(name)] if name in base.ids else np.array([])
    fig = standard_curve(values, current, made.standard, plain)
    told = title(values, current, made.standard, plain)
    st.subheader(md(told), anchor=False)
    knots = pd.DataFrame({"value": made.standard.values, "points": made.standard.points})
    panel.chart(
        "standard_curve",
        fig,
        Table(
            knots,
            [
                Column("value", t("column.value"), "amount"),
                Column("points", t("column.points"), "number"),
            ],
        ),
        alt=told,
    )
    if name in base.ids:
        scale = 0.01 if made.unit.startswith("percent") else 1.0
        moved = jumps(base[name].standard, made.standard, scale)
        if moved > MOST_JUMP:
            st.warning(t("standards.jump", points=f"{moved:.1f}"))


def buttons(catalogue: Catalogue, chosen: str, name: str, table: Mapping[str, Any] | None) -> None:
    """Taking a definition into the draft, an indicator out of it or along its order, and giving
    the draft up."""
    waiting = bool(draft().indicators or draft().order)
    with st.container(horizontal=True, gap="small"):
        st.button(
            t("standards.keep"),
            key="keep_standard",
            type="secondary" if waiting else "primary",
            disabled=table is None,
            on_click=action(define),
            args=(name, table),
        )
        if chosen in catalogue.ids:
            st.button(
                t("standards.remove"),
                key="remove_standard",
                disabled=len(catalogue.ids) < 2,
                on_click=action(define),
                args=(chosen, {}),
            )
            for step, way, icon in ((-1, "up", "arrow_upward"), (1, "down", "arrow_downward")):
                st.button(
                    t(f"standards.{way}"),
                    key=f"standard_{way}",
                    icon=f":material/{icon}:",
                    disabled=not 0 <= catalogue.position(chosen) + step < len(catalogue.ids),
                    on_click=action(reorder),
                    args=(catalogue.ids, chosen, step),
                )
        if waiting:
            st.button(t("standards.discard"), key="discard_standard", on_click=action(discard))


def define(name: str, table: Mapping[str, Any]) -> None:
    keep(with_definition(draft(), name, table))


def choice_of(name: str, catalogue: Catalogue) -> str:
    """What the editor offers: an indicator of the draft, one that is off until it is taken in, or a
    new one."""
    if name == NEW:
        return t("standards.add")
    return (
        text(catalogue[name].label)
        if name in catalogue.ids
        else t("standards.off", name=text(offered()[name]["label"]))
    )


def reorder(ids: list[str], chosen: str, step: int) -> None:
    """Move an indicator one place up or down."""
    keep(with_place(draft(), ids, chosen, step))


def grades_and_vetoes(base: Catalogue) -> None:
    """Grades from best to worst, and vetoes that cap them."""
    with st.expander(t("standards.grades")):
        frame = pd.DataFrame(
            {
                "grade": [name for name, _ in base.grades],
                "least": [least for _, least in base.grades],
            }
        )
        edited = st.data_editor(
            frame,
            key="grades_editor",
            num_rows="dynamic",
            hide_index=True,
            column_config={
                "grade": st.column_config.TextColumn(
                    t("column.grade"), required=True, max_chars=10
                ),
                "least": st.column_config.NumberColumn(
                    t("standards.least"), min_value=0, max_value=100, required=True
                ),
            },
        )
        grades = {
            str(row.grade): float(row.least)
            for row in edited.dropna(subset=["least"]).itertuples()
            if row.grade
        }
        st.caption(t("standards.veto_note"))
        vetoes = pd.DataFrame(
            [
                {"indicator": veto.indicator, "beyond": veto.beyond, "cap": veto.cap}
                for veto in base.vetoes
            ],
            columns=["indicator", "beyond", "cap"],
        )
        cells: dict[Any, Any] = {
            "indicator": st.column_config.SelectboxColumn(
                t("column.indicator"),
                options=base.ids,
                format_func=lambda name: text(base[name].label) if name in base.ids else str(name),
                required=True,
            ),
            "beyond": st.column_config.NumberColumn(t("standards.beyond"), required=True),
            "cap": st.column_config.SelectboxColumn(
                t("standards.cap"), options=[name for name, _ in base.grades], required=True
            ),
        }
        edited = st.data_editor(
            vetoes.astype({"beyond": float}),
            key="vetoes_editor",
            num_rows="dynamic",
            hide_index=True,
            column_config=cells,
        )
        caps = {
            str(row.indicator): {"beyond": float(row.beyond), "cap": row.cap}
            for row in edited[edited["beyond"].notna()].itertuples()
            if row.indicator and row.cap
        }
        keep(replace(draft(), grades=grades, vetoes=caps))


def rehearsal(now: Evaluation) -> None:
    """The draft over the last periods: what is added and removed, full marks, zero marks, and who
    would have another grade."""
    catalogue, last = proposed(), latest()
    if changes_nothing(draft(), last):
        st.caption(t("standards.no_draft"))
        return
    changed = list(draft().indicators)
    names = "、".join(label_of(name, catalogue, now.catalogue) for name in changed)
    st.markdown(t("standards.draft", names=names or t("standards.grades")))
    if st.button(t("standards.rehearse"), key="rehearse"):
        version = version_of(draft(), last)
        session.put("rehearsed", load.desk().rehearse(version, now.measured.period))
    if pairs := session.get("rehearsed"):
        compared(pairs, changed, catalogue, now.catalogue)
    with st.form("adopt", border=True):
        reason = st.text_area(t("standards.reason"), key="adopt_reason", max_chars=2000, height=80)
        since = st.date_input(
            t("standards.since"),
            load.desk().this_month,
            key="adopt_since",
            format="YYYY-MM-DD",
            width=200,
        )
        if st.form_submit_button(t("standards.adopt"), type="primary"):
            adopt(version_of(draft(), last, reason, since))


def label_of(name: str, catalogue: Catalogue, base: Catalogue) -> str:
    """The label of an indicator that the draft has, or that the standards in force had."""
    for standards in (catalogue, base):
        if name in standards.ids:
            return text(standards[name].label)
    return name


def compared(pairs: list, changed: list[str], catalogue: Catalogue, base: Catalogue) -> None:
    """The rehearsal in two tables: indicators by month, and whose grade would change in the
    last."""
    table = rehearse(pairs)
    table = table[table["indicator"].isin(changed)] if changed else table
    fates = [fate(name, base, catalogue) if changed else "changed" for name in table["indicator"]]
    shown = table.assign(
        indicator=[label_of(name, catalogue, base) for name in table["indicator"]],
        fate=[t(f"standards.fate_{name}") for name in fates],
    )
    columns = [
        Column("period", t("filter.period")),
        Column("indicator", t("column.indicator")),
        Column("fate", t("standards.fate")),
    ]
    for name in ("full", "zero", "mean"):
        look = "score" if name == "mean" else "percent"
        columns += [
            Column(f"{name}_{side}", f"{t(f'standards.{name}')} · {t(f'common.{side}')}", look)
            for side in ("before", "after")
        ]
    columns += [
        Column(f"n_{side}", f"n · {t(f'common.{side}')}", "count") for side in ("before", "after")
    ]
    with st.container(horizontal=True, horizontal_alignment="right"):
        panel.downloads("rehearsal", t("standards.rehearsal"), Table(shown, columns))
    panel.show("rehearsal", Table(shown, columns))
    changes = grade_changes(*pairs[-1])
    st.markdown(
        t(
            "standards.regraded",
            count=len(changes),
            period=controls.period_text(pairs[-1][0].measured.period),
        )
    )
    if len(changes):
        people = [Column(name, t(f"column.{name}")) for name in ("agent_id", "name", "team")]
        moves = [
            Column(
                f"{what}_{side}",
                t(f"weights.{what}_{side}"),
                "score" if what == "score" else "text",
            )
            for what in ("score", "grade")
            for side in ("before", "after")
        ]
        panel.show(
            "regraded", Table(changes, [*people, *moves]), height=panel.fit(len(changes), 320)
        )


def adopt(made: StandardVersion) -> None:
    """Adopt a version once every month, every closed sheet and everything that pages ask has been
    tried under it."""
    bar = st.progress(0.0, text=t("standards.trying"))

    def progress(share: float) -> None:
        bar.progress(share, text=t("standards.trying"))

    saved = load.desk().adopt_standard(made, latest().version, progress)
    discard()
    notices.done("standards", t("standards.saved", version=saved.version))
    st.rerun()


def versions() -> None:
    """Every version with its reason and from when it counts; an earlier one can be adopted
    again."""
    desk = load.desk()
    every = desk.standards()
    if not every:
        st.subheader(t("standards.versions"), anchor=False)
        st.caption(t("standards.built_in"))
        return
    language = session.language()
    table = pd.DataFrame(
        [
            {
                "version": version.version,
                "effective_from": version.effective_from,
                "author": sheets.who(version.author, language),
                "made_at": version.made_at,
                "reason": version.reason,
                "changed": restored(version) or "、".join(changed_by(version, language)),
            }
            for version in reversed(every)
        ]
    )
    columns = [
        Column("version", t("weights.col_version"), "count"),
        Column("effective_from", t("standards.since"), "date"),
        Column("author", t("weights.col_author")),
        Column("made_at", t("weights.col_date"), "date"),
        Column("reason", t("weights.col_reason")),
        Column("changed", t("standards.changed")),
    ]
    title = plain("standards.versions")
    panel.headed(title, "standard_versions", title, Table(table, columns))
    panel.show("standard_versions", Table(table, columns))
    with st.form("restore_standard", border=True):
        st.caption(t("standards.restore_note"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            earlier = [0, *(version.version for version in every)]
            before = in_force(every[:-1], every[-1].effective_from)
            default = earlier.index(before.version if before else 0)
            chosen = box(
                t("weights.col_version"),
                earlier,
                default,
                key="restore_version",
                format_func=version_name,
                width=220,
            )
            since = st.date_input(
                t("standards.since"),
                every[-1].effective_from,
                key="restore_since",
                format="YYYY-MM-DD",
                width=180,
            )
            reason = st.text_input(
                t("standards.reason"), key="restore_reason", max_chars=500, width=320
            )
        if st.form_submit_button(t("standards.restore")):
            adopt(desk.restored_standard(chosen, since, reason))


def version_name(version: int) -> str:
    return t("standards.built_in_name") if version == 0 else f"v{version}"


def restored(version: StandardVersion) -> str:
    """Which earlier version it brings back; empty for one of its own."""
    return (
        ""
        if version.restores is None
        else plain("standards.restores", version=version_name(version.restores))
    )


def finding(now: Evaluation) -> str:
    """Which version counts in the chosen period and since when, and whether a draft waits."""
    version, month = (
        load.desk().standard_in_force(now.measured.period),
        f"{now.measured.period.last:%Y-%m}",
    )
    if version is None:
        held = plain("standards.in_force_built_in", month=month)
    else:
        since = f"{version.effective_from:%Y-%m}"
        held = plain("standards.in_force", month=month, version=version.version, since=since)
    if changes_nothing(draft(), latest()):
        return f"{held}{plain('standards.found_no_draft')}"
    changed = len(draft().indicators)
    key = "standards.found_draft" if changed else "standards.found_draft_grades"
    return f"{held}{plain(key, count=changed)}"


def in_force_line(now: Evaluation) -> None:
    """Why the version in force was adopted, and the market averages with their sources."""
    base, version = now.catalogue, load.desk().standard_in_force(now.measured.period)
    if version is not None:
        st.caption(t("standards.why", reason=version.reason))
    market = {name: entry for name, entry in load.desk().market().items() if name in base.ids}
    if market:
        parts = [
            f"{text(base[name].label)} {market_text(entry, base[name], session.language())}"
            for name, entry in market.items()
        ]
        st.caption(
            t("sheet.market", parts=("；" if session.language() == "zh" else "; ").join(parts))
        )


def body(head: Head) -> None:
    """What is in force, the editor, the draft over past periods, and every version."""
    load.desk().require("standard")
    now = load.evaluation(controls.filter_bar())
    base = now.catalogue
    shell.line(now.measured, int(now.shown.sum()))
    in_force_line(now)
    review = review_list(load.desk().objections())
    if named := [text(base[name].label) for name in review if name in base.ids]:
        st.warning(t("objection.review", indicators="、".join(named)))
    editor(now)
    grades_and_vetoes(base)
    st.subheader(t("standards.rehearsal"), anchor=False)
    rehearsal(now)
    notices.show_done("standards")
    head.says(finding(now))
    versions()
    with st.expander(t("common.how")):
        st.markdown(t("standards.how"))


with shell.page("standards", official=True) as head:
    body(head)
