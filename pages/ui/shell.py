"""The frame of every page: title, state of the data, errors in words, the first visit, and what
runs once a process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import plotly
import streamlit as st

from analytics.errors import RenewalError
from analytics.evaluation import Measured
from analytics.evaluation.weights import as_spelt
from analytics.insight.own_eyes import without_few
from analytics.intake.fields import counted
from analytics.language import explain
from analytics.reports.tables import Column, Table
from analytics.reports.words import scheme_label, weights_text
from pages.ui import controls, load, panel, session
from pages.ui.act import action
from pages.ui.chrome import chrome
from pages.ui.face import quotes
from pages.ui.head import Head
from pages.ui.i18n import md, plain, t, text

ROOT = Path(__file__).resolve().parents[2]
ICON = "📋"  # no file: a picture would be a download, and downloads need a login
CSS = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def prepare() -> None:
    """Make what a fresh checkout lacks: the chart library comes from the installed package, never
    from a network."""
    target = ROOT / "static" / "plotly.min.js"
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        partial = target.with_suffix(".part")
        shutil.copyfile(source, partial)
        partial.replace(target)


def begin() -> None:
    """What stands around every page: settings of the window, its look, and Streamlit's own words
    in the reader's language."""
    prepare()
    st.set_page_config(page_title=t("app.title"), page_icon=ICON, layout="wide")
    st.html(CSS + quotes(session.language()))
    chrome(session.language())


@contextmanager
def page(
    name: str, *, needs_data: bool = True, official: bool = False, own_bar: bool = False
) -> Iterator[Head]:
    """A page: title, then the body; a refusal inside is one sentence, and no data is the
    first-visit card.

    An official page shows what is in force whatever is tried out; on the others the charts follow a
    trial. `own_bar`: the page draws the bar about a trial itself, because there it comes and goes
    with the sliders. What it gives is the head: the finding stands there, and the name on a page
    that is about somebody.
    """
    session.use_page(name, official=official)
    head = Head.begin(t(f"{name}.title"))
    try:
        asked_weights()
        refusals()
        if not own_bar:
            trial_bar(official)
        if needs_data and load.desk().months().empty:
            first_visit() if load.desk().may("data") else st.info(t("first.wait"))
            return_early = True
        else:
            return_early = False
        if return_early:
            st.stop()
        session.hold_address()
        yield head
        session.release_address()
    except RenewalError as error:
        st.error(md(explain(error, session.language())))


def asked_weights() -> None:
    """Try out the weights that the address asks for; agents see those in force and no others."""
    asked = session.newly_asked("weights")
    if not asked or session.identity().role == "agent":
        return
    try:
        in_force = load.desk().scheme(controls.remembered_period())
        session.try_scheme(as_spelt(asked, in_force))
    except RenewalError as error:
        session.try_scheme(None)
        session.refuse(explain(error, session.language()))


def refusals() -> None:
    """Why what was clicked last was not done, once. Its place is there before it is, as the bar's:
    what it pushed down would be drawn anew, folded and without what was typed."""
    told, place = session.letters(), st.container()
    for sentence in dict.fromkeys(told):
        place.error(md(sentence))
    told.clear()


def trial_bar(official: bool, *, link: bool = True) -> None:
    """On every page, as long as this session tries weights out: which, what is in force, and the
    ways back or on.

    Its place is there before it is: a bar that pushed the page down one element would take the
    slider out of the hand that moves it. And it is emptied, since the browser keeps what a run
    leaves out whenever another run follows at once.
    """
    place = st.empty()
    trial = session.trial()
    if trial is None:
        return
    in_force = load.desk().scheme(controls.remembered_period())
    label = md(scheme_label(in_force, session.language()))
    with place.container(
        horizontal=True, vertical_alignment="center", gap="small", border=True, key="trial_bar"
    ):
        st.markdown(
            t("trial.bar", trial=weights_text(trial), official=weights_text(in_force), name=label),
            width="content",
        )
        if official:
            st.caption(t("trial.official_here"), width="content")
        st.button(t("trial.undo"), key="trial_undo", on_click=action(end_trial))
        if link and load.desk().may("scheme"):
            st.page_link(
                "pages/rules/weights.py",
                label=t("trial.adopt"),
                icon=":material/gavel:",
                width="content",
            )


def end_trial() -> None:
    """Back to the scheme in force; the sliders follow when they are next shown."""
    session.try_scheme(None)


def first_visit() -> None:
    """Three steps, and the two ways to begin."""
    with st.container(border=True, key="first_visit"):
        st.subheader(t("first.title"), anchor=False)
        st.markdown(f"1. {t('first.step_1')}\n2. {t('first.step_2')}\n3. {t('first.step_3')}")
        left, middle, right = st.columns(3)
        if left.button(t("first.sample"), type="primary", key="first_sample", width="stretch"):
            load_sample()
        middle.page_link(
            "pages/data/upload.py",
            label=t("first.upload"),
            icon=":material/upload_file:",
            width="stretch",
        )
        right.page_link(
            "pages/data/upload.py",
            label=t("first.template"),
            icon=":material/description:",
            width="stretch",
        )
    st.caption(t("first.private"))


def load_sample() -> None:
    """Load the sample company with progress, then start again with it."""
    bar = st.progress(0.0, text=t("data.sample_loading"))
    load.desk().add_sample(lambda share, kind: bar.progress(share, text=_told(kind)))
    session.forget("period", "kept.period")
    st.rerun()


def _told(kind: str) -> str:
    """What of the sample is being written."""
    if kind == "past":
        return t("data.sample_past")
    return t("data.sample_step", kind=kind) if kind else t("data.sample_done")


def line(measured: Measured, shown: int) -> None:
    """One line under the title: period, population, state of the data; and whether the reader wants
    to see how sure figures are."""
    parts = []
    if load.desk().has_sample():
        parts.append(f'<span class="badge">{t("app.sample_badge")}</span>')
    if measured.provisional:
        parts.append(f'<span class="badge">{t("app.provisional")}</span>')
    seen = measured.people[measured.in_scope]
    due, still_open = (
        int(seen[name].fillna(0).sum()) if name in seen else 0
        for name in ("due_policies", "open_policies")
    )
    parts.append(
        plain(
            "app.line",
            period=controls.period_text(measured.period),
            agents=len(seen),
            shown=shown,
            due=f"{due:,}",
        )
    )
    if measured.provisional:
        parts.append(plain("app.open", count=f"{still_open:,}"))
    stale = int(seen["stale_open"].fillna(0).sum()) if "stale_open" in seen else 0
    if stale:
        parts.append(plain("app.stale", count=f"{stale:,}"))
    if measured.filters.channel:
        parts.append(t("app.channel_line"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="page_line"):
        st.html(f'<p class="page-line">{" ".join(parts)}</p>', width="content")
        sure = st.toggle(
            t("certainty.switch"),
            session.how_sure(),
            key="how_sure",
            help=t("certainty.switch_help"),
        )
        session.remember("how_sure", sure)
    aside = measured.set_aside[measured.set_aside["agent_id"].isin(seen["agent_id"])]
    if len(aside):
        with panel.fold(t("app.set_aside", count=len(aside)), "set_aside.fold") as there:
            if there:
                set_aside(measured, aside)
    targets_line(measured)


def set_aside(measured: Measured, aside: pd.DataFrame) -> None:
    """Figures that another source speaks for, and why."""
    measures = counted()
    labels = [text(measures[name].label) if name in measures else name for name in aside["measure"]]
    table = aside.assign(why=[t(f"set_aside.{why}") for why in aside["why"]], measure=labels)
    columns = [
        Column("agent_id", t("column.agent_id")),
        Column("measure", t("evidence.measure")),
        Column("first_month", t("evidence.first_month"), "date"),
        Column("last_month", t("evidence.last_month"), "date"),
        Column("value", t("evidence.value"), "amount"),
        Column("why", t("app.set_aside_why")),
    ]
    panel.show("set_aside", Table(table, columns), height=panel.fit(len(table), 300))
    panel.downloads(
        "set_aside",
        plain("app.set_aside_export", period=controls.period_text(measured.period)),
        Table(table, columns),
    )


def targets_line(measured: Measured) -> None:
    """Whoever is not measured against a target of their own, and what stands in for it; nothing
    where all are."""
    targets = measured.targets[
        measured.targets["agent_id"].isin(measured.people["agent_id"][measured.in_scope])
    ]
    if targets.empty:
        return
    if load.desk().identity.role == "agent":
        targets = without_few(targets)
    median = targets["count_basis"] == "median_result"
    if median.any():
        st.caption(
            t("target.everybody" if targets["given_targets"][median].any() else "target.nobody")
        )
        targets = targets[targets["count_basis"] != "median_result"]
    if targets.empty:
        return
    with panel.fold(t("target.some", count=targets["agent_id"].nunique()), "targets.fold") as there:
        if not there:
            return
        names = dict(zip(measured.people["agent_id"], measured.people["name"], strict=True))
        table = targets.assign(
            name=targets["agent_id"].map(names),
            count_basis=[t(f"evidence.basis_{basis}") for basis in targets["count_basis"]],
            premium_basis=[t(f"evidence.basis_{basis}") for basis in targets["premium_basis"]],
        )
        columns = [
            Column("name", t("column.name")),
            Column("month", t("evidence.month"), "date"),
            Column("count_filled", t("evidence.target_count_filled"), "amount"),
            Column("count_basis", t("evidence.count_basis")),
            Column("premium_filled", t("evidence.target_premium_filled"), "amount"),
            Column("premium_basis", t("evidence.premium_basis")),
            Column("agent_id", t("column.agent_id")),
        ]
        panel.show("targets", Table(table, columns), height=panel.fit(len(table), 300))
        panel.downloads(
            "targets",
            plain("target.export", period=controls.period_text(measured.period)),
            Table(table, columns),
        )
