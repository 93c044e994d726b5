"""Method · 评估说明: every indicator, formula, standard, weight, rule and setting in force,
generated from them."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.catalogue import default_scheme
from analytics.evaluation.weights import lacking, vector
from analytics.intake.fields import counted
from analytics.model import CATEGORIES, Period, Settings, WeightScheme
from analytics.people import LOCAL
from analytics.reports import audit, sheets
from analytics.reports.plain import method_view, reason_of
from analytics.reports.tables import Column, Table, export_name
from analytics.reports.words import changed_by, market_text, scheme_label, value_text, weights_text
from pages.ui import controls, load, panel, session, shell
from pages.ui.act import action
from pages.ui.i18n import indicator, md, plain, t, text


def why(scheme: WeightScheme) -> None:
    """Why it is as it is: reasons and traces of schemes, versions of standards, objections
    answered."""
    desk = load.desk()
    every, standards = desk.scheme_versions(), desk.standards()
    rows = [
        *(
            {
                "what": plain("method.scheme_version", name=scheme.name, version=scheme.version),
                "date": scheme.date,
                "from": None,
                "author": sheets.who(scheme.author, session.language()),
                "reason": scheme.reason,
                "changed": " / ".join(f"{scheme.categories.get(name, 0):g}" for name in CATEGORIES),
            }
            for scheme in every
        ),
        *(
            {
                "what": plain(
                    "method.scheme_adopted", name=adoption.name, version=adoption.version
                ),
                "date": f"{adoption.adopted_at:%Y-%m-%d}",
                "from": adoption.effective_from,
                "author": sheets.who(adoption.who, session.language()),
                "reason": adoption.reason,
                "changed": t("method.in_force"),
            }
            for adoption in desk.adoptions()
        ),
        *(
            {
                "what": plain("method.standard_version", version=edition.version),
                "date": f"{edition.made_at:%Y-%m-%d}",
                "from": edition.effective_from,
                "author": sheets.who(edition.author, session.language()),
                "reason": edition.reason,
                "changed": "、".join(changed_by(edition, session.language())),
            }
            for edition in standards
        ),
    ]
    if rows:
        table = pd.DataFrame(rows).sort_values("date", ascending=False).reset_index(drop=True)
        columns = [
            Column(name, t(f"method.history_{name}"), "date" if name == "from" else "text")
            for name in table.columns
        ]
        title = plain("method.why_title")
        panel.headed(title, "method_history", title, Table(table, columns))
        traced(scheme)
        panel.show("method_history", Table(table, columns))
    else:
        st.subheader(t("method.why_title"), anchor=False)
        traced(scheme)
        st.caption(t("method.no_history"))
    st.caption(t("method.objections", **load.desk().answers()))


def traced(scheme: WeightScheme) -> None:
    """What was seen, and which weights it moved."""
    for entry in scheme.trace:
        moves = "、".join(
            f"{indicator(name)} {change:+g}".replace("-", "−")
            for name, change in entry.changes.items()
        )
        st.markdown(f"- **{t(f'swot.{entry.part}')}** {md(entry.text)} → {md(moves)}")


def take_away(table: Table, view: Mapping[str, Any]) -> None:
    """The heading of the indicators with the method as a table, and as other programs read it."""
    menu = panel.headed(plain("method.indicators"), "method", t("method.title"), table)
    file = panel.Leaving(
        export_name(t("method.title"), load.desk().data_version(), "json"),
        0,
        mime="application/json",
    )
    with menu:
        panel.take(
            t("method.json"),
            file,
            lambda: json.dumps(view, ensure_ascii=False, indent=2).encode(),
            "method.json",
        )


def propose() -> None:
    """How the reader would weigh the categories, unnamed."""
    with st.expander(t("proposal.mine")):
        st.caption(t("proposal.anonymous"))
        with st.container(horizontal=True):
            values = {
                name: st.number_input(
                    t(f"weights.col_{name}"),
                    0,
                    100,
                    int(default_scheme().categories[name]),
                    key=f"propose_{name}",
                    width=150,
                )
                for name in CATEGORIES
            }
        total = sum(values.values())
        if total != 100:
            st.caption(t("proposal.sum", total=total))
        st.text_input(
            t("proposal.ticket"),
            key="propose_ticket",
            max_chars=40,
            help=t("proposal.ticket_help"),
            width=260,
        )
        st.button(
            t("proposal.send"),
            key="propose",
            disabled=total != 100,
            on_click=action(send),
            args=(values,),
        )
        if ticket := session.get("proposed"):
            st.caption(t("proposal.sent"))
            if session.identity().who != LOCAL:
                st.markdown(t("proposal.keep", ticket=ticket))
            session.forget("proposed")


def send(values: dict[str, int]) -> None:
    ticket = str(session.get("propose_ticket") or "").strip() or None
    made = load.desk().propose_weights(
        {name: float(value) for name, value in values.items()}, ticket
    )
    session.put("proposed", made)
    session.put("propose_ticket", made if session.identity().who != LOCAL else "")


def change_rules(settings: Settings) -> None:
    """The rules that decide who is right in a quarrel; every figure is computed again under
    them."""
    with st.expander(t("method.change")), st.form("settings_form"):
        days = st.number_input(t("method.grace"), 0, 366, settings.grace_days, key="set_grace")
        lead = st.number_input(t("method.lead"), 0, 366, settings.contact_lead_days, key="set_lead")
        begins = st.number_input(
            t("method.month_begins"),
            1,
            28,
            settings.month_begins,
            key="set_month",
            help=t("method.month_begins_help"),
        )
        limit = st.number_input(
            t("method.limit"), 0.0, 100.0, settings.missing_limit, step=5.0, key="set_limit"
        )
        few = st.checkbox(
            t("method.rank_few"),
            bool(settings.rank_few),
            key="set_few",
            help=t("method.rank_few_help"),
        )
        by_product = st.data_editor(
            pd.DataFrame(
                {
                    "product": list(settings.grace_by_product),
                    "days": list(settings.grace_by_product.values()),
                },
                dtype=object,
            ),
            num_rows="dynamic",
            key="set_products",
            hide_index=True,
            column_config={
                "product": st.column_config.TextColumn(t("method.product"), max_chars=80),
                "days": st.column_config.NumberColumn(
                    t("method.days"), min_value=0, max_value=366, step=1
                ),
            },
        )
        if st.form_submit_button(t("method.save"), type="primary"):
            filled = by_product[by_product["days"].notna()]
            products = {
                str(row["product"]).strip(): int(row["days"])
                for row in filled.to_dict("records")
                if row["product"]
            }
            load.desk().change_settings(
                {
                    "contact_lead_days": int(lead),
                    "missing_limit": float(limit),
                    "grace_by_product": products,
                    "grace_days": int(days),
                    "month_begins": int(begins),
                    "rank_few": int(few),
                }
            )
            st.rerun()


def chosen_period() -> Period | None:
    """The period whose rules are shown; none before there are figures."""
    if load.desk().months().empty or not controls.period_options():
        return None
    return controls.period_choice()


with shell.page("method", needs_data=False, official=True) as head:
    period = chosen_period()
    catalogue, scheme, settings = (
        load.desk().catalogue(period),
        load.desk().scheme(period),
        load.desk().settings,
    )
    month = f"{period.last:%Y-%m}" if period else plain("method.today")
    version = load.desk().standard_in_force(period)
    head.says(
        plain(
            "method.in_force_line",
            month=month,
            scheme=f"{scheme_label(scheme, session.language())} {weights_text(scheme)}",
            standards=plain("method.standards_built_in")
            if version is None
            else plain("method.standards_version", version=version.version),
            grace=settings.grace_days,
        )
    )
    st.caption(t("method.intro"))
    st.subheader(t("method.weights", scheme=scheme_label(scheme, session.language())), anchor=False)
    total = sum(scheme.categories.values())
    st.markdown(
        "\n".join(
            t(
                "method.category_line",
                category=text(category.label),
                weight=f"{100 * scheme.categories.get(category.id, 0) / total:.0f}",
                low=f"{category.low:.0f}",
                high=f"{category.high:.0f}",
            )
            for category in catalogue.categories
        )
    )
    reason = reason_of(scheme)
    st.caption(
        t(
            "method.reason",
            reason=reason[session.language()] if isinstance(reason, dict) else reason,
            author=scheme.author or t("method.preset"),
        )
    )
    purpose = (
        t(f"weights.purpose_{scheme.purpose}") if scheme.purpose else t("weights.purpose_none")
    )
    st.caption(
        t("sheet.purpose", purpose=purpose)
        + (" " + t("sheet.goal", goal=scheme.company_goal) if scheme.company_goal else "")
    )
    if missing := lacking(scheme, catalogue):
        st.warning(t("weights.lacking", indicators="、".join(missing)))
    market = {name: entry for name, entry in load.desk().market().items() if name in catalogue.ids}
    labels = {name: text(field.label) for name, field in counted().items()}

    def measure(name: str) -> str:
        base, _, part = name.rpartition("_")
        return labels.get(name) or (
            f"{labels[base]} · {t(f'method.{part}')}" if base in labels else name
        )

    nominal = vector(scheme, catalogue)
    rows = pd.DataFrame(
        [
            {
                "indicator": text(definition.label),
                "category": text(
                    next(c.label for c in catalogue.categories if c.id == definition.category)
                ),
                "weight": nominal[position],
                "formula": f"Σ {measure(definition.numerator)}"
                f" ÷ Σ {measure(definition.denominator)}"
                + (f" × {definition.scale:g}" if definition.scale != 1 else "")
                + (" *" if definition.fallback else ""),
                "better": t(f"method.{definition.direction}"),
                "standard": " · ".join(
                    f"{value_text(value, definition.unit, session.language())} → {points:g}"
                    for value, points in zip(
                        definition.standard.values, definition.standard.points, strict=True
                    )
                )
                + (
                    ""
                    if definition.standard.mode == "linear"
                    else f" ({plain('method.mode_steps')})"
                ),
                "market": market_text(market[definition.id], definition, session.language())
                if definition.id in market
                else "",
                "why": text(definition.why),
            }
            for position, definition in enumerate(catalogue.indicators)
        ]
    )
    columns = [
        Column("indicator", t("column.indicator")),
        Column("category", t("agent.category")),
        Column("weight", t("column.weight"), "score"),
        Column("formula", t("method.formula")),
        Column("better", t("method.better")),
        Column("standard", t("method.standard")),
        *([Column("market", t("method.market"))] if market else []),
        Column("why", t("method.why")),
    ]
    take_away(Table(rows, columns), method_view(catalogue, settings, scheme, market))
    panel.show("method_table", Table(rows, columns), height=panel.fit(len(rows), 700))
    if any(definition.fallback for definition in catalogue.indicators):
        st.caption(t("method.median_agent"))
    st.subheader(t("method.rules"), anchor=False)
    grace = "、".join(f"{product} {days}" for product, days in settings.grace_by_product.items())
    grades = " · ".join(
        f"{name} ≥ {least:g}" if least else name for name, least in catalogue.grades
    )
    st.markdown(
        t(
            "method.rules_text",
            grace=settings.grace_days,
            by_product=t("method.by_product", products=grace) if grace else "",
            limit=f"{settings.missing_limit:.0f}",
            few=plain("method.few_ranked" if settings.rank_few else "method.few_unranked"),
            grades=grades,
            lead=settings.contact_lead_days,
            calendar=plain("method.calendar_cn")
            if settings.calendar == "CN"
            else settings.calendar,
        )
    )
    if settings.month_begins != 1:
        st.markdown(t("method.months", first=settings.month_begins, last=settings.month_begins - 1))
    st.caption(t("method.vetoes", count=len(catalogue.vetoes)))
    for veto in catalogue.vetoes:
        vetoed = catalogue[veto.indicator]
        beyond = value_text(veto.beyond, vetoed.unit, session.language())
        st.caption(t("method.veto_line", indicator=text(vetoed.label), beyond=beyond, cap=veto.cap))
    why(scheme)
    last = load.desk().audit_head()
    if last.seq:
        st.caption(
            t("method.audit_head", date=f"{dt.date.today():%Y-%m-%d}", head=audit.short(last))
        )
    propose()
    if load.desk().may("setting"):
        change_rules(settings)
    with st.expander(t("common.how")):
        st.markdown(t("method.how"))
