"""Weights · 权重: three categories that add to 100, the indicators inside them, and the effect at once."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from analytics.catalogue import default_scheme, preset_schemes
from analytics.charts.scores import rank_changes
from analytics.evaluation import Evaluation, evaluate
from analytics.insight.sheet import FEWEST
from analytics.model import CATEGORIES, WeightScheme
from analytics.people import SWOT, SwotEntry
from analytics.reports import views
from analytics.reports.tables import Column
from analytics.scoring.swot import propose
from analytics.scoring.weights import inside_triangle, move, vector
from pages.ui import controls, load, panel, session, shell, standing
from pages.ui.figure import persistent_figure
from pages.ui.i18n import indicator, t, text


def set_sliders(scheme: WeightScheme) -> None:
    """Put every slider where a scheme has it."""
    total = sum(scheme.categories.values())
    for name in CATEGORIES:
        session.put(f"w_{name}", round(100 * scheme.categories.get(name, 0.0) / total))
    for one in load.catalogue().indicators:
        session.put(f"i_{one.id}", round(scheme.indicators.get(one.id, one.weight)))


def moved(name: str) -> None:
    """One category slider was moved: the others give way in proportion."""
    now = {one: float(session.get(f"w_{one}")) for one in CATEGORIES}
    before = session.get("w_before") or now
    for one, value in move(before, name, now[name]).items():
        session.put(f"w_{one}", int(value))
    keep()


def keep() -> None:
    """What the sliders say is what every page works with."""
    categories = {name: float(session.get(f"w_{name}")) for name in CATEGORIES}
    indicators = {one.id: float(session.get(f"i_{one.id}")) for one in load.catalogue().indicators}
    for known in ([session.get("swot_scheme")] if session.get("swot_scheme") else []) + list(load.schemes().values()):
        same = all(
            abs(known.indicators.get(one.id, one.weight) - indicators[one.id]) < 1e-9
            for one in load.catalogue().indicators
        )
        if same and all(abs(known.categories.get(name, 0.0) - categories[name]) < 1e-9 for name in CATEGORIES):
            session.use_scheme(known)
            return
    session.use_scheme(WeightScheme(t("weights.unsaved"), categories, indicators))


def choose() -> None:
    scheme = load.schemes()[session.get("scheme_choice")]
    session.use_scheme(scheme)
    set_sliders(scheme)


def save() -> None:
    """Save what the sliders say under a name, with author and reason."""
    name, author, reason = (str(session.get(key) or "").strip() for key in ("save_name", "save_author", "save_reason"))
    if not name or not author or not reason or name in preset_schemes():
        session.put("save_problem", "weights.save_needs" if name not in preset_schemes() else "weights.save_preset")
        return
    chosen = session.scheme()
    saved = load.desk().save_scheme(
        replace(
            chosen, name=name[:120], author=author[:120], reason=reason[:2000], label=None, purpose=session.get("save_purpose") or "", effective_from=session.get("save_since"),
            trace=chosen.trace if chosen == session.get("swot_scheme") else (),
        )
    )  # fmt: skip
    session.use_scheme(saved)
    session.put("saved_scheme", saved.name)


@st.fragment
def workbench(base: Evaluation) -> None:
    """Sliders and their effect; only this part runs again while they move."""
    if session.get("w_results") is None:
        set_sliders(session.scheme())
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        known = load.schemes()
        names = list(known)
        current = session.scheme().name
        session.keep_valid("scheme_choice", names)
        st.selectbox(
            t("weights.scheme"), names, names.index(current) if current in names else None, key="scheme_choice", on_change=choose, placeholder=t("weights.unsaved"),
            format_func=lambda name: views.scheme_label(known[name], session.language()) + (f" v{known[name].version}" if not known[name].label else ""),
        )  # fmt: skip
        for one in load.catalogue().categories:
            st.slider(
                f"{text(one.label)} · {t('weights.permitted', low=f'{one.low:.0f}', high=f'{one.high:.0f}')}",
                0,
                100,
                key=f"w_{one.id}",
                on_change=moved,
                args=(one.id,),
                format="%d%%",
            )
        session.put("w_before", {name: float(session.get(f"w_{name}")) for name in CATEGORIES})
        categories = {name: float(session.get(f"w_{name}")) for name in CATEGORIES}
        st.caption(t("weights.sum", total=f"{sum(categories.values()):.0f}"))
        if not inside_triangle(categories, load.catalogue()):
            st.warning(t("weights.outside"))
        for one in load.catalogue().categories:
            inside = [item for item in load.catalogue().indicators if item.category == one.id]
            with st.expander(t("weights.inside", category=text(one.label))):
                total = sum(float(session.get(f"i_{item.id}")) for item in inside)
                for item in inside:
                    share = 100 * float(session.get(f"i_{item.id}")) / total if total else 0.0
                    st.slider(
                        t("weights.inside_slider", indicator=text(item.label), share=f"{share:.0f}"),
                        0,
                        100,
                        key=f"i_{item.id}",
                        on_change=keep,
                    )
    with right:
        chosen = session.scheme()
        if not any(float(session.get(f"i_{item.id}")) for item in load.catalogue().indicators):
            st.error(t("error.weights_zero"))
            return
        now = evaluate(base.measured, chosen)
        effect(now, base)
    with left:
        standing.decided(now)


def effect(now: Evaluation, base: Evaluation) -> None:
    """Who rises and falls, and how many change grade."""
    rows = np.flatnonzero(now.shown & now.agents.rated & base.agents.rated)
    moved_by = base.agents.rank[rows] - now.agents.rank[rows]
    regraded = int((now.agents.grade[rows] != base.agents.grade[rows]).sum())
    with st.container(horizontal=True, gap="small"):
        st.metric(t("weights.rising"), int((moved_by > 0).sum()), border=True)
        st.metric(t("weights.falling"), int((moved_by < 0).sum()), border=True)
        st.metric(t("weights.regraded"), regraded, help=t("weights.regraded_help"), border=True)
    st.caption(
        t("weights.against", base=views.scheme_label(base.scheme, session.language()), period=str(now.measured.period))
    )
    if not len(rows):
        st.info(t("weights.nobody_rated"))
        return
    persistent_figure(
        rank_changes(now, base, rows, t), "weights_chart", 430, alt=t("weights.chart"), labels=panel.modebar()
    )
    order = rows[np.argsort(-np.abs(moved_by), kind="stable")]
    table = pd.DataFrame(
        {
            "name": now.people["name"].to_numpy()[order], "team": now.people["team"].to_numpy()[order], "rank_before": base.agents.rank[order], "rank_after": now.agents.rank[order],
            "moved": base.agents.rank[order] - now.agents.rank[order], "score_before": base.agents.score[order], "score_after": now.agents.score[order],
            "grade_before": base.agents.grade[order], "grade_after": now.agents.grade[order], "agent_id": now.people["agent_id"].to_numpy()[order],
        }
    )  # fmt: skip
    formats = {
        "rank_before": "count",
        "rank_after": "count",
        "moved": "count",
        "score_before": "score",
        "score_after": "score",
    }
    columns = [
        Column(
            name,
            t(f"column.{name}") if name in ("name", "team", "agent_id") else t(f"weights.{name}"),
            formats.get(name, "text"),
        )
        for name in table.columns
    ]
    panel.show("moves", table.head(200), columns, height=330)
    panel.downloads("moves", t("weights.export", period=str(now.measured.period)), table, columns)


def save_form() -> None:
    """Name, author and reason: without them a scheme is not saved."""
    with st.form("save_scheme", border=True):
        st.subheader(t("weights.save"), anchor=False)
        with st.container(horizontal=True):
            st.text_input(t("weights.save_name"), key="save_name", max_chars=120)
            st.text_input(t("weights.save_author"), key="save_author", max_chars=120)
            st.selectbox(
                t("weights.purpose"),
                ["reward", "lift"],
                key="save_purpose",
                format_func=lambda one: t(f"weights.purpose_{one}"),
            )
            st.date_input(t("standards.since"), dt.date.today().replace(day=1), key="save_since", format="YYYY-MM-DD")
        st.text_area(t("weights.save_reason"), key="save_reason", max_chars=2000, height=80)
        st.form_submit_button(t("weights.save_button"), type="primary", on_click=save)


def swot() -> None:
    """The worksheet: what was seen, which indicator's weight it moves by how much, and the scheme that comes of it."""
    with st.expander(t("swot.title")):
        st.caption(t("swot.note"))
        ids = [one.id for one in load.catalogue().indicators]
        frame = pd.DataFrame(
            {
                "part": pd.Series(dtype=object),
                "text": pd.Series(dtype=object),
                "indicator": pd.Series(dtype=object),
                "change": pd.Series(dtype=float),
            }
        )
        edited = st.data_editor(
            frame, key="swot_editor", num_rows="dynamic", hide_index=True, width="stretch",
            column_config={
                "part": st.column_config.SelectboxColumn(t("swot.part"), options=list(SWOT), format_func=lambda one: t(f"swot.{one}"), required=True),
                "text": st.column_config.TextColumn(t("swot.text"), width="large", max_chars=500, required=True),
                "indicator": st.column_config.SelectboxColumn(t("column.indicator"), options=ids, format_func=indicator, required=True),
                "change": st.column_config.NumberColumn(t("swot.change"), min_value=-100, max_value=100, step=0.5, required=True),
            },
        )  # fmt: skip
        entries = [
            SwotEntry(str(row.part), str(row.text), {str(row.indicator): float(row.change)})
            for row in edited.itertuples() if row.part and row.text and row.indicator and pd.notna(row.change)
        ]  # fmt: skip
        if not entries:
            return
        known, base = load.catalogue(), default_scheme()
        proposed = propose(base, entries, known)
        before, after = vector(base, known), vector(proposed, known)
        table = pd.DataFrame(
            {"indicator": [indicator(one) for one in ids], "before": before, "after": after, "change": after - before}
        )
        panel.show(
            "swot_effect",
            table,
            [
                Column("indicator", t("column.indicator")),
                *(Column(name, t(f"swot.{name}"), "score") for name in ("before", "after", "change")),
            ],
        )
        if not inside_triangle(proposed.categories, known):
            st.warning(t("weights.outside"))
        st.button(
            t("swot.use"),
            key="use_swot",
            type="primary",
            on_click=use_swot,
            args=(replace(proposed, name=t("weights.unsaved")),),
        )


def use_swot(proposed: WeightScheme) -> None:
    """Put the sliders where the worksheet has them; saved from here, the scheme keeps its entries."""
    set_sliders(proposed)
    rounded = replace(proposed, categories={name: float(session.get(f"w_{name}")) for name in CATEGORIES}, indicators={one.id: float(session.get(f"i_{one.id}")) for one in load.catalogue().indicators})  # fmt: skip
    session.put("swot_scheme", rounded)
    session.use_scheme(rounded)


def opinions() -> None:
    """How far what the agents would choose lies from the scheme in force; shown from five on, so that nobody is known."""
    found = load.home().state.proposals()
    with st.expander(t("proposal.title", count=len(found))):
        if len(found) < FEWEST:
            st.caption(t("proposal.few", least=FEWEST))
            return
        shares = pd.DataFrame(
            [
                {name: 100 * one.categories.get(name, 0.0) / sum(one.categories.values()) for name in CATEGORIES}
                for one in found
            ]
        )
        now = session.scheme().categories
        total = sum(now.values())
        table = pd.DataFrame(
            {
                "category": [t(f"weights.col_{name}") for name in CATEGORIES], "now": [100 * now.get(name, 0.0) / total for name in CATEGORIES], "median": shares.median()[list(CATEGORIES)].to_numpy(),
                "low": shares.quantile(0.25)[list(CATEGORIES)].to_numpy(), "high": shares.quantile(0.75)[list(CATEGORIES)].to_numpy(),
            }
        )  # fmt: skip
        panel.show(
            "proposals",
            table.assign(gap=table["median"] - table["now"]),
            [
                Column("category", t("agent.category")),
                *(Column(name, t(f"proposal.{name}"), "score") for name in ("now", "median", "gap", "low", "high")),
            ],
        )
        st.caption(t("proposal.note"))


with shell.page("weights"):
    filters = controls.filter_bar()
    measured = load.measured(filters)
    shell.line(measured, len(measured.people))
    workbench(evaluate(measured, default_scheme()))
    if session.how_sure():
        standing.triangle(measured)
    standing.stand(evaluate(measured, default_scheme()))
    swot()
    opinions()
    if load.desk().may("scheme"):
        save_form()
    if problem := session.get("save_problem"):
        st.error(t(problem))
        session.forget("save_problem")
    if saved := session.get("saved_scheme"):
        st.caption(t("weights.saved", name=saved))
        session.forget("saved_scheme")
    saved_schemes = [one for one in load.schemes().values() if not one.label]
    if saved_schemes:
        st.subheader(t("weights.saved_schemes"), anchor=False)
        rows = pd.DataFrame(
            [
                {
                    "name": one.name,
                    "version": one.version,
                    "author": one.author,
                    "date": one.date,
                    "reason": one.reason,
                    **one.categories,
                }
                for one in saved_schemes
            ]
        )
        panel.show(
            "schemes",
            rows,
            [
                Column(name, t(f"weights.col_{name}"), "count" if name in ("version", *CATEGORIES) else "text")
                for name in rows.columns
            ],
        )
    with st.expander(t("common.how")):
        st.markdown(t("weights.how"))
        st.markdown(
            "\n".join(
                f"- **{views.scheme_label(one, session.language())}** {' / '.join(f'{one.categories[c]:.0f}' for c in CATEGORIES)}"
                for one in preset_schemes().values()
            )
        )
