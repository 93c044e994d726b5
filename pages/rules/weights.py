"""Weights · 权重: what is in force, weights tried out with their effect at once, and adopting a
scheme for the company."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from analytics.catalogue import preset_schemes, purpose_schemes
from analytics.desk import AdoptionEffect
from analytics.errors import RequestRefused
from analytics.evaluation import Evaluation
from analytics.evaluation.swot import propose
from analytics.evaluation.weights import inside_triangle, lacking, move, vector
from analytics.insight.opinions import LEAST
from analytics.insight.quadrant import place as place_quadrant
from analytics.language import explain
from analytics.model import CATEGORIES, WeightScheme
from analytics.people import PURPOSES, SWOT, Adoption, SwotEntry, in_force
from analytics.reports import sheets
from analytics.reports.lists.moves import moves_table
from analytics.reports.live import Beside, live_view
from analytics.reports.plain import reason_of
from analytics.reports.tables import Column, Table
from analytics.reports.words import scheme_label, weights_text
from pages.rules import standing
from pages.ui import controls, load, notices, panel, session, shell
from pages.ui.act import action
from pages.ui.box import box
from pages.ui.follow import lead
from pages.ui.head import Head
from pages.ui.i18n import Markdown, indicator, md, plain, t, text
from pages.ui.lineup import drawn_of, lineup
from pages.ui.trying import (
    CUSTOM,
    Bench,
    category_shares,
    changes,
    matching,
    teaching,
    tried,
    use,
)


def place(slider: str, weight: int) -> str:
    """The key of a slider that stands at `weight`: another one whenever something else than its own
    hand has moved it.

    While a hand moves one slider the browser goes on sending where the others stood when it last
    heard of them, at any time and from runs long given up. Under a key of its own, what it says of
    a slider can only be what a hand did to it.
    """
    numbers, places = session.get("w_numbers") or {}, session.get("w_places") or {}
    number = numbers.get(slider, 0)
    key = f"{slider}.{number}"
    if session.get(key, places.get(key, weight)) != weight:
        key = f"{slider}.{number + 1}"
        session.put("w_numbers", {**numbers, slider: number + 1})
    session.put("w_places", {**places, key: weight})
    return key


def by_hand(key: str) -> bool:
    """Whether a hand moved the slider of this key: the browser repeats where it stood as well, even
    of a key that is gone."""
    places = session.get("w_places") or {}
    before, now = places.get(key), session.get(key)
    session.put("w_places", {**places, key: now})
    return bool(now != before)


def moved(bench: Bench, name: str, key: str) -> None:
    """One category slider was moved: the others give way in the proportion in which they stood when
    a hand took this one."""
    if not by_hand(key):
        return
    shares = category_shares(bench.current)
    taken = session.get("w_taken")
    if taken is None or taken["slider"] != name or taken["left"] != shares:
        taken = {"slider": name, "found": shares}
    use(
        bench,
        replace(
            bench.current,
            name=t("weights.unsaved"),
            label=None,
            trace=(),
            categories=move(taken["found"], name, float(session.get(key))),
        ),
    )
    session.put("w_taken", {**taken, "left": category_shares(bench.current)})


def split(bench: Bench, indicator_id: str, key: str) -> None:
    """One slider inside a category was moved: only its own weight changes."""
    if not by_hand(key):
        return
    inside = {**bench.inside(bench.current), indicator_id: float(session.get(key))}
    unsaved = t("weights.unsaved")
    use(bench, replace(bench.current, name=unsaved, label=None, indicators=inside, trace=()))


def choose(bench: Bench) -> None:
    name = session.get("scheme_choice")
    if name in bench.choices:
        use(bench, bench.choices[name])


def choose_purpose(bench: Bench) -> None:
    """A purpose proposes the scheme that such an evaluation starts from."""
    purpose = session.get("purpose_choice")
    if purpose in PURPOSES:
        use(bench, bench.choices[purpose_schemes()[purpose]])


def adopted(effect: AdoptionEffect, name: str, place: str) -> None:
    """A scheme is in force: what was tried out goes, and the page says so where it was asked."""
    session.try_scheme(None)
    facts = {"since": f"{effect.since:%Y-%m}", "count": len(effect.months)}
    notices.done(place, t("weights.adopted", name=name, **facts))


def save(bench: Bench, adopt: bool) -> None:
    """Save what the sliders say under a name, with author and reason; and put it in force where
    that is wanted."""
    desk = load.desk()
    since = session.get("save_since")
    made = replace(
        bench.current,
        name=str(session.get("save_name") or ""),
        author=str(session.get("save_author") or ""),
        reason=str(session.get("save_reason") or ""),
        purpose=session.get("save_purpose") or "",
        company_goal=str(session.get("save_goal") or ""),
        trial=False,
    )
    with notices.refusals("weights"):
        kept = desk.save_scheme(made)
        if adopt:
            effect = desk.adopt_scheme(kept.name, kept.version, since, kept.reason)
            adopted(effect, kept.name, "weights.save")
        else:
            session.try_scheme(kept)
            notices.done("weights.save", t("weights.saved", name=kept.name))


def adopt_saved(bench: Bench) -> None:
    """Put a preset or a saved scheme in force."""
    name, since, reason = (
        session.get(key) for key in ("adopt_name", "adopt_scheme_since", "adopt_scheme_reason")
    )
    with notices.refusals("weights"):
        effect = load.desk().adopt_scheme(name, None, since, str(reason or ""))
        adopted(effect, label_of(bench, name), "weights.adopt")


def delete(name: str) -> None:
    with notices.refusals("weights"):
        load.desk().delete_scheme(name)
        notices.done("weights.delete", t("weights.deleted", name=name))


def label_of(bench: Bench, name: str) -> str:
    if name == CUSTOM:
        return t("weights.unsaved")
    scheme = bench.choices[name]
    label = scheme_label(scheme, session.language())
    return label if scheme.label else f"{label} v{scheme.version}"


def finding(bench: Bench) -> str:
    """Which scheme is in force and since when; or what the weights that are tried change."""
    if session.trial() is not None:
        try:
            return tried(bench, load.desk().scored(bench.base.measured, bench.current))
        except RequestRefused:
            pass  # the workbench says what is wrong
    month = bench.base.measured.period.last
    facts = {
        "scheme": bench.label,
        "weights": weights_text(bench.official),
        "month": f"{month:%Y-%m}",
    }
    adoption = in_force(load.desk().adoptions(), month)
    if adoption is None:
        return plain("weights.in_force_built_in", **facts)
    return plain("weights.in_force", since=f"{adoption.effective_from:%Y-%m}", **facts)


def in_force_card(bench: Bench) -> None:
    """By whom and why the scheme in force was made; its purpose and the company's goal."""
    official = bench.official
    reason = reason_of(official)
    words = reason[session.language()] if isinstance(reason, dict) else reason
    purpose = (
        t(f"weights.purpose_{official.purpose}") if official.purpose else t("weights.purpose_none")
    )
    st.caption(
        t(
            "weights.why",
            reason=words,
            author=official.author or t("method.preset"),
            purpose=purpose,
        )
    )
    adoption = in_force(load.desk().adoptions(), bench.base.measured.period.last)
    if adoption is not None and adoption.reason != official.reason:
        by = sheets.who(adoption.who, session.language())
        st.caption(t("weights.adopted_why", reason=adoption.reason, who=by))
    if official.company_goal:
        st.caption(t("sheet.goal", goal=official.company_goal))
    if missing := lacking(bench.current, bench.catalogue):
        st.warning(t("weights.lacking", indicators="、".join(missing)))


@st.fragment
def workbench(bench: Bench, head: Head) -> None:
    """Sliders and their effect; only this part runs again while they move."""
    head.says(finding(bench))
    shell.trial_bar(official=False, link=False)
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        session.put("scheme_choice", matching(bench))
        box(
            t("weights.scheme"),
            [*bench.choices, CUSTOM],
            key="scheme_choice",
            on_change=action(choose),
            args=(bench,),
            format_func=lambda name: label_of(bench, name),
        )
        st.segmented_control(
            t("weights.purpose"),
            PURPOSES,
            key="purpose_choice",
            on_change=action(choose_purpose),
            args=(bench,),
            default=bench.official.purpose or None,
            format_func=lambda name: t(f"weights.purpose_{name}"),
            help=t("weights.purpose_help"),
        )
        shares = category_shares(bench.current)
        category_sliders(bench, shares)
        exact = any(not float(weight).is_integer() for weight in shares.values())
        st.caption(
            t(
                "weights.sum_exact" if exact else "weights.sum",
                total=f"{sum(shares.values()):g}",
                weights=weights_text(bench.current),
            )
        )
        # It has its place in any case: what comes and goes would push sliders out of the hand.
        warning = st.empty()
        if not inside_triangle(shares, bench.catalogue):
            warning.warning(t("weights.outside"))
        for category in bench.catalogue.categories:
            with panel.fold(
                t("weights.inside", category=text(category.label)), f"inside_{category.id}"
            ) as there:
                if there:
                    indicator_sliders(bench, category.id)
    with right:
        try:
            now = load.desk().scored(bench.base.measured, bench.current)
        except RequestRefused as error:
            st.error(md(explain(error, session.language())))
            lead("weights_chart", session.trial())
            return
        effect(bench, now)
    with left:
        standing.decided(now)
    lead("weights_chart", session.trial())


def category_sliders(bench: Bench, shares: Mapping[str, float]) -> None:
    """What each category weighs, and what is permitted to it."""
    for category in bench.catalogue.categories:
        weight = round(shares[category.id])
        key = place(f"w_{category.id}", weight)
        st.slider(
            f"{md(text(category.label))} · "
            f"{t('weights.permitted', low=f'{category.low:.0f}', high=f'{category.high:.0f}')}",
            0,
            100,
            weight,
            key=key,
            on_change=action(moved),
            args=(bench, category.id, key),
            format="%d%%",
        )


def indicator_sliders(bench: Bench, category_id: str) -> None:
    """What each indicator weighs inside its category."""
    inside = [item for item in bench.catalogue.indicators if item.category == category_id]
    weights = {item.id: bench.current.indicators.get(item.id, item.weight) for item in inside}
    total = sum(weights.values())
    for item in inside:
        share = 100 * weights[item.id] / total if total else 0.0
        weight = min(max(round(weights[item.id]), 0), 100)
        key = place(f"i_{item.id}", weight)
        st.slider(
            t(
                "weights.inside_slider",
                indicator=text(item.label),
                share=f"{share:.1f}".removesuffix(".0"),
            ),
            0,
            100,
            weight,
            key=key,
            on_change=action(split),
            args=(bench, item.id, key),
        )


@dataclass(frozen=True)
class Effect:
    """What weights do against those in force: in a sentence, as the ranking, and as a table."""

    finding: Markdown
    ranking: Mapping[str, Any]
    moves: panel.Rows
    table: Table


def effect_of(bench: Bench, now: Evaluation) -> Effect:
    """Who rises and falls against the scheme in force."""
    placed, schemes = place_quadrant(now), list(preset_schemes().values())
    beside = Beside(bench.base, placed, schemes, chosen=session.chosen_agent(), slim=True)
    table = moves_table(now, bench.base, placed, session.language())
    return Effect(
        finding=against(bench, now) if now.scheme.trial else taught(bench, now),
        ranking=live_view(now, drawn_of(bench, now), beside, session.language()),
        moves=panel.Rows.of(table.holding(table.frame.head(200))),
        table=table,
    )


def taught(bench: Bench, now: Evaluation) -> Markdown:
    """While nothing is tried: what another scheme would change, so that the page teaches."""
    other = bench.choices[teaching(bench)]
    then = load.desk().scored(now.measured, other)
    words = f"{scheme_label(other, session.language())} {weights_text(other)}"
    return t("weights.taught", scheme=words, **changes(then, now))


def against(bench: Bench, now: Evaluation) -> Markdown:
    """What the ranking under the weights in hand is held against."""
    return t("weights.against", base=bench.label, period=controls.period_text(now.measured.period))


def effect(bench: Bench, now: Evaluation) -> None:
    """The effect of the weights that the sliders say."""
    answer = load.drawn(
        "effect",
        now,
        lambda: effect_of(bench, now),
        bench.base.nominal.tobytes(),
        session.chosen_agent(),
    )
    if answer.table.frame.empty:
        st.info(t("weights.nobody_rated"))
        return
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown(md(answer.finding), width="stretch")
        export = plain("weights.export", period=controls.period_text(now.measured.period))
        panel.downloads("moves", export, answer.table, persons=len(answer.table.frame))
    opened = lineup("weights_chart", answer.ranking, bench)
    if opened is not None:
        session.choose_agent(opened)
        st.switch_page("pages/people/person.py", query_params={"agent": opened})
    with panel.fold(t("weights.moves"), "moves.fold") as there:
        if there:
            panel.show("moves", answer.moves, height=330)


def save_form(bench: Bench) -> None:
    """Name, author and reason: without them a scheme is not saved; from which month on it is in
    force."""
    if notices.show_done("weights.save"):
        return
    with st.form("save_scheme", border=True):
        st.subheader(t("weights.save"), anchor=False)
        with st.container(horizontal=True):
            st.text_input(t("weights.save_name"), key="save_name", max_chars=120)
            st.text_input(t("weights.save_author"), key="save_author", max_chars=120)
            box(
                t("weights.purpose"),
                PURPOSES,
                key="save_purpose",
                format_func=lambda option: t(f"weights.purpose_{option}"),
            )
            st.date_input(
                t("standards.since"), load.desk().this_month, key="save_since", format="YYYY-MM-DD"
            )
        st.text_input(t("weights.goal"), key="save_goal", max_chars=500)
        st.text_area(t("weights.save_reason"), key="save_reason", max_chars=2000, height=80)
        with st.container(horizontal=True):
            st.form_submit_button(
                t("weights.save_button"), on_click=action(save), args=(bench, False)
            )
            st.form_submit_button(
                t("weights.save_and_adopt"),
                type="primary",
                on_click=action(save),
                args=(bench, True),
            )


def adopt_form(bench: Bench) -> None:
    """Put a preset or a saved scheme in force, once it is said which months that changes."""
    st.subheader(t("weights.adopt"), anchor=False)
    if notices.show_done("weights.adopt"):
        return
    with st.container(border=True, key="adopt_form"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            session.keep_valid("adopt_name", list(bench.choices))
            name = box(
                t("weights.scheme"),
                list(bench.choices),
                key="adopt_name",
                format_func=lambda name: label_of(bench, name),
                width=260,
            )
            since = st.date_input(
                t("standards.since"),
                load.desk().this_month,
                key="adopt_scheme_since",
                format="YYYY-MM-DD",
                width=180,
            )
            st.text_input(
                t("weights.adopt_reason"), key="adopt_scheme_reason", max_chars=500, width=320
            )
        ahead = load.desk().adoption_effect(name, None, since)
        months = "、".join(ahead.months) if session.language() == "zh" else ", ".join(ahead.months)
        st.caption(
            t("weights.adopt_changes", months=months, closed=ahead.closed)
            if ahead.months
            else t("weights.adopt_changes_nothing")
        )
        st.button(
            t("weights.adopt_button"),
            key="adopt_scheme",
            on_click=action(adopt_saved),
            args=(bench,),
        )


def adopted_name(adoption: Adoption) -> str:
    """A preset by its label, another scheme by its name; and which version of it."""
    preset = preset_schemes().get(adoption.name)
    name = adoption.name if preset is None else scheme_label(preset, session.language())
    return f"{name} v{adoption.version}"


def saved(bench: Bench) -> None:
    """Saved schemes, which of them were ever in force, and what was adopted when."""
    desk = load.desk()
    mine = [scheme for scheme in bench.choices.values() if not scheme.label]
    adoptions = desk.adoptions()
    if mine:
        st.subheader(t("weights.saved_schemes"), anchor=False)
        ever = {adoption.name for adoption in adoptions}
        rows = pd.DataFrame(
            [
                {
                    "name": scheme.name,
                    "version": scheme.version,
                    **{name: round(weight, 2) for name, weight in category_shares(scheme).items()},
                    "purpose": t(f"weights.purpose_{scheme.purpose}") if scheme.purpose else "",
                    "author": scheme.author,
                    "date": scheme.date,
                    "reason": scheme.reason,
                    "goal": scheme.company_goal,
                    "used": t("weights.was_in_force")
                    if scheme.name in ever
                    else t("weights.never_in_force"),
                }
                for scheme in mine
            ]
        )
        formats = {"version": "count", **dict.fromkeys(CATEGORIES, "amount")}
        panel.show(
            "schemes",
            Table(
                rows,
                [
                    Column(name, t(f"weights.col_{name}"), formats.get(name, "text"))
                    for name in rows.columns
                ],
            ),
        )
        notices.show_done("weights.delete")
        unused = [scheme.name for scheme in mine if scheme.name not in ever]
        if unused and desk.may("scheme"):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                session.keep_valid("delete_name", unused)
                name = box(t("weights.delete_which"), unused, key="delete_name", width=260)
                st.button(
                    t("weights.delete"), key="delete_scheme", on_click=action(delete), args=(name,)
                )
    if adoptions:
        st.subheader(t("weights.adoptions"), anchor=False)
        table = pd.DataFrame(
            [
                {
                    "scheme": adopted_name(adoption),
                    "effective_from": adoption.effective_from,
                    "who": sheets.who(adoption.who, session.language()),
                    "adopted_at": adoption.adopted_at,
                    "reason": adoption.reason,
                }
                for adoption in reversed(adoptions)
            ]
        )
        columns = [
            Column("scheme", t("weights.scheme")),
            Column("effective_from", t("standards.since"), "date"),
            Column("who", t("weights.col_author")),
            Column("adopted_at", t("weights.col_date"), "date"),
            Column("reason", t("weights.col_reason")),
        ]
        panel.show("adoptions", Table(table, columns))


def swot(bench: Bench) -> None:
    """The worksheet: what was seen, which indicator's weight it moves by how much, and the scheme
    that comes of it."""
    official, catalogue = bench.official, bench.catalogue
    with st.expander(t("swot.title")):
        st.caption(t("swot.note"))
        frame = pd.DataFrame(
            {
                "part": pd.Series(dtype=object),
                "text": pd.Series(dtype=object),
                "indicator": pd.Series(dtype=object),
                "change": pd.Series(dtype=float),
            }
        )
        cells: dict[Any, Any] = {
            "part": st.column_config.SelectboxColumn(
                t("swot.part"),
                options=list(SWOT),
                format_func=lambda part: t(f"swot.{part}"),
                required=True,
            ),
            "text": st.column_config.TextColumn(
                t("swot.text"), width="large", max_chars=500, required=True
            ),
            "indicator": st.column_config.SelectboxColumn(
                t("column.indicator"),
                options=catalogue.ids,
                format_func=lambda name: indicator(str(name)),
                required=True,
            ),
            "change": st.column_config.NumberColumn(
                t("swot.change"), min_value=-100, max_value=100, step=0.5, required=True
            ),
        }
        edited = st.data_editor(
            frame,
            key="swot_editor",
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config=cells,
        )
        entries = [
            SwotEntry(str(row.part), str(row.text), {str(row.indicator): float(row.change)})
            for row in edited[edited["change"].notna()].itertuples()
            if all((row.part, row.text, row.indicator))
        ]
        if not entries:
            return
        proposed = propose(official, entries, catalogue)
        before, after = vector(official, catalogue), vector(proposed, catalogue)
        st.markdown(
            t(
                "swot.from",
                base=bench.label,
                before=weights_text(official),
                after=weights_text(proposed),
            )
        )
        table = pd.DataFrame(
            {
                "indicator": [indicator(name) for name in catalogue.ids],
                "before": before,
                "after": after,
                "change": after - before,
            }
        )
        sides = (
            Column(name, t(f"swot.{name}"), "number") for name in ("before", "after", "change")
        )
        panel.show(
            "swot_effect", Table(table, [Column("indicator", t("column.indicator")), *sides])
        )
        if not inside_triangle(proposed.categories, catalogue):
            st.warning(t("weights.outside"))
        st.button(
            t("swot.use"),
            key="use_swot",
            on_click=action(use_swot),
            args=(proposed,),
        )


def use_swot(proposed: WeightScheme) -> None:
    """Try the worksheet's weights out with all their decimals; saved from here, the scheme keeps
    its entries."""
    session.try_scheme(replace(proposed, name=t("weights.unsaved"), label=None))


def opinions(bench: Bench) -> None:
    """How far what the agents would choose lies from the scheme in force; of several together only,
    so that nobody is known."""
    count, together = load.desk().proposals()
    with st.expander(t("proposal.title", count=count)):
        if together is None:
            st.caption(t("proposal.few", least=LEAST))
            return
        table = together.loc[list(CATEGORIES)].assign(
            category=[plain(f"weights.col_{name}") for name in CATEGORIES],
            now=list(category_shares(bench.official).values()),
        )
        parts = (
            Column(name, plain(f"proposal.{name}"), "score")
            for name in ("now", "middle", "gap", "low", "high")
        )
        shown = table.assign(gap=table["middle"] - table["now"])
        panel.show("proposals", Table(shown, [Column("category", plain("agent.category")), *parts]))
        st.caption(t("proposal.note"))


def body(head: Head) -> None:
    """What is in force, the sliders and what they do, and the schemes that may be adopted."""
    filters = controls.filter_bar()
    desk = load.desk()
    measured = desk.measured(filters)
    base = desk.scored(measured, desk.scheme(filters.period))
    bench = Bench(base, desk.schemes())
    shell.line(measured, int(base.shown.sum()))
    notices.show_refusal("weights")
    in_force_card(bench)
    workbench(bench, head)
    if session.how_sure():
        standing.triangle(measured)
    standing.stand(base)
    swot(bench)
    opinions(bench)
    if desk.may("scheme"):
        save_form(bench)
        adopt_form(bench)
    saved(bench)
    with st.expander(t("common.how")):
        st.markdown(t("weights.how"))
        lines = (
            f"- **{md(label_of(bench, name))}** {md(weights_text(scheme))}"
            for name, scheme in preset_schemes().items()
        )
        st.markdown("\n".join(lines))


with shell.page("weights", own_bar=True) as head:
    body(head)
