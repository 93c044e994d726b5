"""What is in force, for whom, from when: schemes and standards adopted, periods closed and
published, and what none of it moves."""

import datetime as dt
import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.__main__ import main
from analytics.catalogue import built_in_catalogue, definition_of, preset_schemes, with_version
from analytics.commands.shell import Context
from analytics.desk import Desk
from analytics.errors import NotAllowed, RequestRefused
from analytics.evaluation.weights import lacking, move, parse, vector
from analytics.home import Home
from analytics.insight.coaching import step_to_next_band
from analytics.model import Filters, Period, WeightScheme, add_months
from analytics.people import Account, Adoption, Note, Objection, StandardVersion, in_force
from tests.conftest import Shell, load_text, write
from tests.present import present

APRIL = dt.date(2026, 4, 1)
PERIOD = Period(APRIL, APRIL)
STAFF = [Account("boss@x.cn", "admin"), Account("ann@x.cn", "agent", agent_id="A1")]
SERVICE = {"results": 60.0, "service": 30.0, "competence": 10.0}


@pytest.fixture
def desk(settled):
    """The admin's desk over the tiny company, every window closed."""
    return Desk(settled)


def as_ann(home):
    """The desk of the agent A1."""
    if home.state.accounts.of("ann@x.cn") is None:
        home.state.accounts.save(STAFF, "setup")
    return Desk(home, "ann@x.cn")


def saved(desk, name="夏季", weights=SERVICE, **more):
    return desk.save_scheme(WeightScheme(name, weights, author="李", reason="客户投诉多", **more))


def standard(indicators, **more):
    return StandardVersion(indicators, {}, {}, "", "新口径", APRIL, **more)


def sheet(desk, agent_id="A1", filters=None):
    return desk.shown_sheet(desk.around(filters or Filters(PERIOD)), agent_id)


# -- the scheme in force ---------------------------------------------------------------------------


def test_before_any_adoption_the_balanced_scheme_is_in_force(desk):
    assert (desk.scheme(PERIOD).name, desk.scheme().name) == ("balanced", "balanced")


def test_a_scheme_is_in_force_from_its_month_on_and_a_period_takes_that_of_its_last_month(desk):
    saved(desk)
    desk.adopt_scheme("夏季", None, APRIL)
    march, april = dt.date(2026, 3, 1), APRIL
    assert desk.scheme(Period(march, march)).name == "balanced"
    assert desk.scheme(Period(march, april)).name == "夏季"
    assert dict(desk.evaluation(Filters(PERIOD)).scheme.categories) == SERVICE


def test_the_latest_decision_holds_from_its_month_on_and_an_earlier_scheme_can_be_adopted_again(
    desk,
):
    saved(desk)
    desk.adopt_scheme("夏季", None, APRIL)
    desk.adopt_scheme("balanced", None, APRIL, "改回来")
    assert desk.scheme(PERIOD).name == "balanced"
    desk.adopt_scheme("夏季", None, dt.date(2026, 1, 1))
    assert desk.scheme(PERIOD).name == "夏季"
    assert [adoption.name for adoption in desk.adoptions()] == ["夏季", "balanced", "夏季"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from("abc")), max_size=8), st.integers(0, 11)
)
def test_what_is_in_force_is_the_last_decision_that_reaches_back_to_the_month(decisions, month):
    made = [Adoption(name, 1, add_months(dt.date(2026, 1, 1), since)) for since, name in decisions]
    reaching = [name for since, name in decisions if since <= month]
    adoption = in_force(made, add_months(dt.date(2026, 1, 1), month))
    assert (adoption.name if adoption else None) == (reaching[-1] if reaching else None)


def test_a_new_version_of_a_scheme_is_not_in_force_until_it_is_adopted(desk):
    saved(desk)
    desk.adopt_scheme("夏季", None, APRIL)
    saved(desk, weights={"results": 70.0, "service": 20.0, "competence": 10.0})
    assert (desk.scheme(PERIOD).version, dict(desk.scheme(PERIOD).categories)) == (1, SERVICE)


def test_the_number_of_a_deleted_version_is_given_to_no_other(desk):
    assert [saved(desk).version, saved(desk).version] == [1, 2]
    desk.delete_scheme("夏季", 2)
    assert saved(desk).version == 3
    desk.delete_scheme("夏季")
    assert saved(desk).version == 4


def test_adopting_says_which_months_it_changes_and_the_audit_keeps_them(desk):
    saved(desk)
    ahead = desk.adoption_effect("夏季", None, APRIL)
    assert (dict(ahead.months), ahead.closed) == ({"2026-04": "balanced v1"}, 0)
    desk.adopt_scheme("夏季", None, APRIL)
    line = desk.audit()[0]
    assert (line.action, line.object, line.after["months"]) == (
        "scheme.adopt",
        "夏季 v1",
        {"2026-04": "balanced v1"},
    )
    assert dict(desk.adoption_effect("夏季", None, APRIL).months) == {}


def test_only_a_scheme_that_never_was_in_force_can_be_deleted(desk):
    saved(desk, "甲")
    saved(desk, "乙")
    desk.adopt_scheme("甲", None, APRIL)
    with pytest.raises(RequestRefused, match="scheme_was_in_force"):
        desk.delete_scheme("甲")
    assert desk.delete_scheme("乙") == 1
    assert "乙" not in desk.schemes()
    with pytest.raises(RequestRefused, match="scheme_is_preset"):
        desk.delete_scheme("balanced")


@pytest.mark.parametrize("missing", ["name", "author", "reason"])
def test_a_scheme_needs_name_author_and_reason(desk, missing):
    whole = WeightScheme("x", SERVICE, author="李", reason="r")
    blank: dict[str, Any] = {missing: " "}
    with pytest.raises(RequestRefused, match="scheme_needs"):
        desk.save_scheme(replace(whole, **blank))


def test_a_built_in_scheme_is_adopted_for_a_reason_only(desk):
    with pytest.raises(RequestRefused, match="reason_missing"):
        desk.adopt_scheme("service_first", None, APRIL)


# -- trials ----------------------------------------------------------------------------------------


def test_a_trial_closes_nothing_and_neither_does_one_channel(desk):
    trial = replace(preset_schemes()["service_first"], trial=True)
    with pytest.raises(RequestRefused, match="close_trial"):
        desk.close_sheets(Filters(PERIOD), ["A1"], scheme=trial)
    with pytest.raises(RequestRefused, match="close_channel"):
        desk.close_sheets(Filters(PERIOD, channel="直销"), ["A1"])
    assert desk.closed_agents(PERIOD) == set()


def test_weights_that_do_not_name_every_category_are_refused():
    with pytest.raises(RequestRefused, match="weights_missing"):
        parse("results=70,service=20")
    assert parse("results=70,service=20,competence=10") == {
        "results": 70,
        "service": 20,
        "competence": 10,
    }


@given(
    st.sampled_from(["results", "service", "competence"]),
    st.integers(0, 100),
    st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any),
)
def test_moving_one_weight_keeps_the_sum_and_whole_numbers_whole(changed, value, parts):
    total = sum(parts)
    before = {name: 100 * part / total for name, part in zip(SERVICE, parts, strict=True)}
    after = move(before, changed, value)
    assert sum(after.values()) == pytest.approx(100)
    assert after[changed] == value
    assert all(weight >= 0 for weight in after.values())
    if all(weight.is_integer() for weight in before.values()):
        assert all(weight.is_integer() for weight in after.values())


# -- standards -------------------------------------------------------------------------------------


def test_removing_adding_renaming_and_reordering_leaves_every_month_and_sheet_working(desk):
    desk.close_sheets(Filters(PERIOD), ["A1"])
    closed = json.dumps(sheet(desk), ensure_ascii=False)
    rate = definition_of(built_in_catalogue()["renewal_rate"])
    late = {
        **rate,
        "numerator": "late_renewals",
        "direction": "lower",
        "label": {"zh": "超期率", "en": "Late rate"},
        "standard": {"mode": "linear", "knots": [[0.0, 100], [0.5, 0]]},
    }
    renamed = {
        **definition_of(built_in_catalogue()["satisfaction"]),
        "label": {"zh": "满意", "en": "Happy"},
    }
    made = standard(
        {"renewal_count": {}, "renewal_rate": {}, "late_rate": late, "satisfaction": renamed},
        order=("satisfaction", "late_rate"),
    )
    desk.adopt_standard(made, 0)
    now = desk.evaluation(Filters(PERIOD))
    assert now.catalogue.ids[:2] == ["satisfaction", "late_rate"]
    assert "renewal_count" not in now.catalogue.ids
    assert now.nominal.sum() == pytest.approx(100)
    assert json.dumps(sheet(desk), ensure_ascii=False) == closed
    live = sheet(desk, "B2")
    by_id = {item["id"]: item for item in live["indicators"]}
    assert (by_id["late_rate"]["value"], by_id["satisfaction"]["label"]["zh"]) == (
        pytest.approx(1 / 3),
        "满意",
    )
    march = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    assert "renewal_rate" in desk.catalogue(march).ids


def test_a_scheme_that_weighs_what_the_standards_lack_shares_it_in_its_category_and_says_so(desk):
    split = {indicator.id: indicator.weight for indicator in built_in_catalogue().indicators}
    scheme = saved(
        desk, weights={"results": 60.0, "service": 30.0, "competence": 10.0}, indicators=split
    )
    catalogue = with_version(standard({"complaint_rate": {}}))
    assert lacking(scheme, catalogue) == ["complaint_rate"]
    weights = dict(zip(catalogue.ids, vector(scheme, catalogue), strict=True))
    assert weights["satisfaction"] == pytest.approx(30)
    desk.adopt_scheme(scheme.name, None, APRIL)
    desk.adopt_standard(standard({"complaint_rate": {}}), 0)
    assert sheet(desk)["scheme"]["lacking"] == ["complaint_rate"]


def test_a_version_that_cannot_be_evaluated_is_refused_and_nothing_is_stored(desk, monkeypatch):
    from analytics.desk import rules

    def fails(evaluation, market):
        raise ZeroDivisionError

    monkeypatch.setattr(rules, "exercise", fails)
    lines = len(desk.audit())
    with pytest.raises(RequestRefused, match="standard_fails") as refused:
        desk.adopt_standard(standard({"renewal_count": {}}), 0)
    assert refused.value.facts["month"] == "2026-03"
    assert (desk.standards(), len(desk.audit())) == ([], lines)


def test_adopting_the_version_before_again_is_the_undo(desk):
    desk.adopt_standard(standard({"renewal_count": {}}), 0)
    desk.adopt_standard(standard({"renewal_count": {}, "renewal_premium": {}}), 1)
    undone = desk.undo_standard("弄错了")
    assert (undone.version, undone.restores) == (3, 1)
    assert "renewal_premium" in desk.catalogue(PERIOD).ids
    assert "renewal_count" not in desk.catalogue(PERIOD).ids
    built_in = desk.adopt_standard(desk.restored_standard(0, APRIL, "回到内置"), 3)
    assert (built_in.restores, desk.catalogue(PERIOD).ids) == (0, built_in_catalogue().ids)


def test_a_weight_of_the_standards_counts_under_a_scheme_that_splits_nothing_itself(desk):
    heavier = {**definition_of(built_in_catalogue()["renewal_rate"]), "weight": 70.0}
    desk.adopt_standard(standard({"renewal_rate": heavier}), 0)
    now = desk.evaluation(Filters(PERIOD))
    # 70 of 135 inside results, which weigh 64.
    assert now.nominal[now.catalogue.position("renewal_rate")] == pytest.approx(64 * 70 / 135)


def test_a_veto_only_ever_lowers_a_grade_and_is_named_on_the_sheet(desk):
    made = replace(standard({}), vetoes={"complaint_rate": {"beyond": 5.0, "cap": "C"}})
    before = desk.evaluation(Filters(PERIOD))
    desk.adopt_standard(made, 0)
    after = desk.evaluation(Filters(PERIOD))
    order = [name for name, _ in after.catalogue.grades]
    for row in range(len(after.people)):
        assert order.index(after.agents.grade[row]) >= order.index(before.agents.grade[row])
    # B2 had one complaint over three policies, 33 per 100, but stands at D by the score alone:
    # nothing to cap.
    capped = {
        after.people["agent_id"].iat[row]: after.agents.capped_by[row]
        for row in range(len(after.people))
    }
    assert capped == {"A1": "", "B2": "", "C3": ""}
    strict = replace(standard({}), vetoes={"satisfaction": {"beyond": 90.0, "cap": "D"}})
    desk.adopt_standard(strict, 1)
    shown = sheet(desk)
    assert (shown["grade"], shown["veto"]["indicator"], shown["veto"]["beyond"]) == (
        "D",
        "satisfaction",
        90.0,
    )


# -- closing ---------------------------------------------------------------------------------------


def test_a_closed_sheet_stays_byte_for_byte_whatever_is_tried_filtered_loaded_or_adopted(
    desk, tmp_path
):
    desk.close_sheets(Filters(PERIOD), ["A1", "B2"])

    def snapshot():
        return json.dumps(
            dict(desk.closed_sheet("A1", PERIOD).snapshot), ensure_ascii=False, sort_keys=True
        )

    def printed(filters):
        kept = {
            name: value
            for name, value in sheet(desk, "A1", filters).items()
            if name not in ("closed", "notes", "read", "sample")
        }
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    before = snapshot()
    assert printed(Filters(PERIOD)) == before
    desk.tried(desk.around(Filters(PERIOD)), preset_schemes()["results_first"])
    assert printed(Filters(PERIOD, channel="直销")) == before
    assert printed(Filters(PERIOD, team="东")) == before
    saved(desk)
    desk.adopt_scheme("夏季", None, APRIL)
    desk.adopt_standard(standard({"renewal_count": {}}), 0)
    load_text(
        desk.home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nN1,A1,2026-04-03,未续\n"
    )
    assert (snapshot(), printed(Filters(PERIOD))) == (before, before)
    assert sheet(desk)["closed"]["changed_since"] is True
    assert (
        sheet(desk, "B2")["closed"]["changed_since"] is False
    )  # other weights and standards are no other data


def test_closing_says_first_what_it_would_freeze(tiny):
    desk = Desk(tiny)  # one life policy of Cy's is inside its window
    desk.make_objection(Objection("A1", APRIL, APRIL, "sheet", "other", "为什么"))
    ahead = desk.closing(PERIOD, ["A1", "B2", "C3"])
    assert (ahead.sheets, ahead.provisional, ahead.objections, ahead.without_comment) == (
        ("A1", "B2", "C3"),
        ("C3",),
        1,
        3,
    )
    with pytest.raises(RequestRefused, match="close_provisional"):
        desk.close_sheets(Filters(PERIOD), ["A1", "C3"])
    assert desk.closed_agents(PERIOD) == set()
    assert desk.close_sheets(Filters(PERIOD), ["A1", "B2"]) == 2
    assert desk.close_sheets(Filters(PERIOD), ["C3"], provisional=True) == 1


def test_what_closing_would_freeze_is_told_to_nobody_who_may_not_close(desk):
    with pytest.raises(NotAllowed):
        as_ann(desk.home).closing(PERIOD, ["A1"])


def test_several_sheets_are_opened_again_together_for_one_reason_or_none_is(desk):
    desk.close_sheets(Filters(PERIOD), ["A1", "B2"])
    with pytest.raises(RequestRefused, match="sheet_not_closed"):
        desk.reopen_sheets(["A1", "C3"], PERIOD, "补录")
    assert desk.closed_agents(PERIOD) == {"A1", "B2"}
    desk.reopen_sheets(["A1", "B2"], PERIOD, "补录")
    assert desk.closed_agents(PERIOD) == set()


# -- publishing ------------------------------------------------------------------------------------


def test_an_agent_sees_nothing_of_a_period_before_it_is_published(desk):
    ann = as_ann(desk.home)
    for ask in (
        lambda: ann.measured(Filters(PERIOD)),
        lambda: ann.closed_sheet("A1", PERIOD),
        lambda: ann.policies_of("A1", PERIOD),
        lambda: ann.records("A1", "renewal_rate", Filters(PERIOD)),
        lambda: ann.make_objection(Objection("A1", APRIL, APRIL, "sheet", "other", "x")),
    ):
        with pytest.raises(NotAllowed, match="not_published"):
            ask()
    desk.publish(PERIOD)
    assert sheet(ann)["score"] == sheet(desk)["score"]
    desk.take_back(PERIOD, "还要核对")
    with pytest.raises(NotAllowed, match="not_published"):
        ann.measured(Filters(PERIOD))


def test_a_provisional_period_is_not_published_and_an_agent_never_sees_provisional_figures(tiny):
    desk = Desk(tiny)
    with pytest.raises(RequestRefused, match="publish_provisional"):
        desk.publish(PERIOD)
    tiny.change_settings({"grace_by_product": {}})
    desk.publish(PERIOD)
    tiny.change_settings({"grace_by_product": {"寿险": 90}})  # the window opens again
    ann = as_ann(tiny)
    with pytest.raises(RequestRefused, match="provisional_unseen"):
        sheet(ann)
    desk.close_sheets(Filters(PERIOD), ["A1"])
    assert sheet(ann)["closed"] is not None


def test_only_the_agent_confirms_to_have_read_a_sheet(desk):
    desk.publish(PERIOD)
    with pytest.raises(RequestRefused, match="read_by_agent_only"):
        desk.confirm_read("A1", PERIOD)
    as_ann(desk.home).confirm_read("A1", PERIOD)
    assert sheet(desk)["read"]["changed_since"] is False
    assert [step.count for step in desk.routine(PERIOD) if step.id == "read"] == [1]


def test_a_score_changed_by_another_scheme_is_not_the_one_that_was_read_and_can_be_read_again(desk):
    desk.publish(PERIOD)
    ann = as_ann(desk.home)
    ann.confirm_read("A1", PERIOD)
    desk.adopt_scheme("service_first", None, PERIOD.first, "投诉多")
    assert sheet(ann)["read"]["changed_since"] is True
    ann.confirm_read("A1", PERIOD)
    assert sheet(ann)["read"]["changed_since"] is False


def test_a_sheet_that_becomes_again_what_was_read_before_is_read_again(desk):
    desk.publish(PERIOD)
    ann = as_ann(desk.home)
    ann.confirm_read("A1", PERIOD)
    for name in ("service_first", "balanced"):
        desk.adopt_scheme(name, None, PERIOD.first, "试")
        assert sheet(ann)["read"]["changed_since"] is True
        ann.confirm_read("A1", PERIOD)
        ann.confirm_read("A1", PERIOD)  # a second time says nothing new
        assert sheet(ann)["read"]["changed_since"] is False
    assert [line.action for line in desk.audit()].count("sheet.read") == 3


def test_the_routine_of_a_month_counts_what_is_done_and_what_is_left(tiny):
    desk = Desk(tiny)
    steps = {step.id: (step.state, step.count, step.of) for step in desk.routine(PERIOD)}
    assert steps == {
        "files": ("done", 3, None),
        "windows": ("open", 1, None),
        "targets": ("done", 3, 3),
        "identities": ("done", 0, None),
        "objections": ("done", 0, 0),
        "comments": ("open", 0, 3),
        "closed": ("open", 0, 3),
        "published": ("open", 0, None),
        "read": ("open", 0, 3),
    }


# -- what is compared ------------------------------------------------------------------------------


def two_months(home, tmp_path, as_of):
    """May complete; June whose second half is inside its window on 20 July: 10 June closed, 25 June
    open."""
    lines = ["保单号,工号,到期日,续保结果,续保日期"]
    for month, early, late in (("05", 8, 2), ("06", 6, 0)):
        for number in range(10):
            outcome = "已续" if number < early else "未续"
            lines.append(
                f"E{month}{number},A1,2026-{month}-10,{outcome},"
                f"{f'2026-{month}-10' if outcome == '已续' else ''}"
            )
            outcome = "已续" if number < late else ("未续" if month == "05" else "跟进中")
            lines.append(
                f"L{month}{number},A1,2026-{month}-25,{outcome},"
                f"{f'2026-{month}-25' if outcome == '已续' else ''}"
            )
    load_text(home, tmp_path, "policies", "\n".join(lines) + "\n", as_of=as_of)


def test_a_provisional_period_is_compared_with_the_same_day_of_the_earlier_one(home, tmp_path):
    two_months(home, tmp_path, dt.date(2026, 7, 20))
    desk = Desk(home)
    june = Filters(Period(dt.date(2026, 6, 1), dt.date(2026, 6, 1)))
    now = desk.evaluation(june)
    assert now.measured.provisional
    before = present(desk.compared(june, now.scheme))
    rate = [
        of.measured.company.value[0, of.catalogue.position("renewal_rate")] for of in (before, now)
    ]
    # May as it was known on 20 June: the ten policies of 10 May, 8 renewed; all of May would be 10
    # of 20.
    assert (before.measured.filters.cut, rate) == (
        dt.date(2026, 6, 20),
        [pytest.approx(0.8), pytest.approx(0.6)],
    )


def test_where_the_data_do_not_tell_the_same_day_nothing_is_compared(home, tmp_path):
    two_months(home, tmp_path, dt.date(2026, 7, 20))
    late = "保单号,工号,到期日,续保结果\nX1,A1,2026-06-26,跟进中\n"
    load_text(
        home, tmp_path, "policies", late, as_of=dt.date(2026, 7, 10)
    )  # two as-of days among the open ones
    desk = Desk(home)
    june = Filters(Period(dt.date(2026, 6, 1), dt.date(2026, 6, 1)))
    assert desk.compared(june, desk.scheme()) is None


def test_the_previous_period_of_a_sheet_honours_the_channel(home, tmp_path):
    rows = ["保单号,工号,到期日,续保结果,渠道"]
    for month in ("04", "05"):
        rows += [
            f"D{month}{number},A1,2026-{month}-05,{'已续' if number < 7 else '未续'},直销"
            for number in range(9)
        ]
        rows += [
            f"S{month}{number},A1,2026-{month}-05,{'已续' if number < 1 else '未续'},门店"
            for number in range(9)
        ]
    load_text(home, tmp_path, "policies", "\n".join(rows) + "\n")
    desk = Desk(home)
    may = Filters(Period(dt.date(2026, 5, 1), dt.date(2026, 5, 1)), channel="直销")
    rate = sheet(desk, "A1", may)["indicators"][0]
    assert (rate["value"], rate["before"]) == (pytest.approx(7 / 9), pytest.approx(7 / 9))


# -- words and small figures -----------------------------------------------------------------------


def test_a_step_names_the_rate_that_results_and_a_complaint_that_happened_is_never_one():
    catalogue = built_in_catalogue()
    renewal = present(step_to_next_band(catalogue["renewal_rate"], 11 / 19, 11, 19))
    # 70 % of 19 are 13.3: three more make 14 of 19.
    assert (renewal.amount, renewal.reaches, renewal.ahead) == (3, 0.7, False)
    assert renewal.gives == pytest.approx(14 / 19)
    complaint = present(step_to_next_band(catalogue["complaint_rate"], 100 * 1 / 21, 1, 21))
    # 21 policies can have a rate of 0.00 or 4.76; the best that the next period allows below 3.0 is
    # none at all.
    assert (complaint.amount, complaint.gives, complaint.ahead) == (0, 0.0, True)


def test_category_sums_are_rounded_from_themselves(desk):
    for part in sheet(desk)["categories"]:
        assert part["shown"] == pytest.approx(round(part["contribution"] + 1e-9, 1))


def test_a_correction_is_undone_and_the_figures_are_what_they_were(desk):
    desk.close_sheets(Filters(PERIOD), ["A1"])
    made = desk.make_objection(
        Objection(
            "A1",
            APRIL,
            APRIL,
            "record",
            "data_wrong",
            "续了",
            policy_id="P5",
            proposal={"outcome": "renewed"},
        )
    )
    rate = lambda: desk.evaluation(Filters(PERIOD)).measured.agents.value[0, 0]  # noqa: E731
    before = rate()
    desk.answer(made, "accepted", "属实")
    assert (rate(), desk.closed_around(made)) == (1.0, [PERIOD])
    desk.undo_corrections([desk.corrections()[0].id])
    assert rate() == before
    assert (desk.audit()[0].action, desk.objection(made.id).state) == (
        "correction.undo",
        "accepted",
    )


# -- the records behind a figure -------------------------------------------------------------------


def test_every_figure_opens_the_records_that_it_was_counted_from(desk):
    counts = {
        name: {
            kind: len(table)
            for kind, table in desk.records("A1", name, Filters(PERIOD)).tables.items()
        }
        for name in (
            "renewal_rate",
            "complaint_rate",
            "renewal_count",
            "daily_contacts",
            "renewal_cycle",
        )
    }
    assert counts == {
        "renewal_rate": {"policies": 5},
        "complaint_rate": {"policies": 5},
        "renewal_count": {"policies": 5, "targets": 1},
        "daily_contacts": {"contacts": 2},
        "renewal_cycle": {"policies": 5, "contacts": 2},
    }
    states = desk.records("B2", "renewal_rate", Filters(PERIOD)).tables["policies"]
    assert dict(zip(states["policy_id"], states["state"], strict=True)) == {
        "P6": "renewed",
        "P7": "lost",
        "P8": "late",
    }


def test_records_follow_merged_spellings_and_corrections(desk, tmp_path):
    load_text(
        desk.home, tmp_path, "policies", "保单号,工号,到期日,续保结果\nN1,a1,2026-04-03,未续\n"
    )
    desk.merge_agents(["a1"], "A1")
    assert "N1" in set(
        desk.records("A1", "renewal_rate", Filters(PERIOD)).tables["policies"]["policy_id"]
    )
    made = desk.make_objection(
        Objection(
            "A1",
            APRIL,
            APRIL,
            "record",
            "data_wrong",
            "不是我的",
            policy_id="N1",
            proposal={"agent_id": "B2"},
        )
    )
    desk.answer(made, "accepted", "属实")
    assert "N1" not in set(
        desk.records("A1", "renewal_rate", Filters(PERIOD)).tables["policies"]["policy_id"]
    )
    assert "N1" in set(
        desk.records("B2", "renewal_rate", Filters(PERIOD)).tables["policies"]["policy_id"]
    )


def test_the_counts_of_the_records_are_the_figures(desk):
    judged = desk.evaluation(Filters(PERIOD))
    for agent_id in ("A1", "B2", "C3"):
        states = desk.records(agent_id, "renewal_rate", Filters(PERIOD)).tables["policies"]["state"]
        due = states.isin(["renewed", "late", "lost", "stale"]).sum()
        row = judged.people.iloc[judged.row(agent_id)]
        assert (due, (states == "renewed").sum()) == (row["due_policies"], row["renewed_policies"])


# -- the command line ------------------------------------------------------------------------------


@pytest.fixture
def ask(settled_folder, tmp_path):
    """The command line in this process: JSON of a command, or its one sentence."""
    folder = tmp_path / "tiny"
    shutil.copytree(settled_folder, folder)

    def asked(*words, refused=False):
        done = CliRunner().invoke(
            main, [*map(str, words), "--home", str(folder), "--lang", "zh"], obj=Context()
        )
        assert done.exit_code == (2 if refused else 0), done.output
        return done.stderr.strip() if refused else json.loads(done.stdout)

    return asked


def test_weights_on_the_command_line_are_a_trial_and_close_nothing(ask, tmp_path):
    words = ("--weights", "results=60,service=30,competence=10")
    view = ask("evaluate", *words)
    assert (view["scheme"]["trial"], ask("evaluate")["scheme"]["trial"]) == (True, False)
    assert "试算" in ask("sheet", "A1", *words, "--close", refused=True)
    assert "competence" in ask("evaluate", "--weights", "results=70,service=20", refused=True)
    written = ask("coaching", *words, "--out", tmp_path / "名单.csv")["written"]
    assert written.endswith("名单-试算.csv")
    first = (tmp_path / "名单-试算.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert first.startswith('"试算：权重 60/30/10，不是正式方案 64/23/13')


def test_a_scheme_is_saved_adopted_and_deleted_on_the_command_line(ask):
    base = ("schemes", "--save", "夏季", "--weights", "results=60,service=30,competence=10")
    assert "作者" in ask(*base, refused=True)
    made = ask(
        *base, "--author", "李", "--reason", "投诉多", "--purpose", "lift", "--goal", "留住老客户"
    )
    assert (made["saved"]["purpose"], made["saved"]["company_goal"]) == ("lift", "留住老客户")
    ahead = ask("schemes", "--adopt", "夏季", "--from", "2026-04", "--preview")["preview"]
    assert ahead["months_changed"] == {"2026-04": "balanced v1"}
    ask("schemes", "--adopt", "夏季", "--from", "2026-04")
    now = ask("evaluate", "--from", "2026-04", "--to", "2026-04")["scheme"]
    assert (now["name"], now["trial"]) == ("夏季", False)
    assert (
        ask("evaluate", "--from", "2026-04", "--to", "2026-04", "--scheme", "balanced")["scheme"][
            "trial"
        ]
        is True
    )
    assert "曾从 2026-04 起生效" in ask("schemes", "--delete", "夏季", refused=True)


def test_swot_starts_from_the_scheme_in_force_and_keeps_its_decimals(ask, tmp_path):
    file = tmp_path / "swot.toml"
    file.write_text(
        '[[entry]]\npart = "strength"\ntext = "沟通好"\n[entry.changes]\ncommunication = 2.5\n',
        encoding="utf-8",
    )
    ask("schemes", "--adopt", "service_first", "--from", "2026-01", "--reason", "满意度优先")
    swot = ask("swot", file)
    assert swot["base"] == "service_first v1"
    # 60/30/10 and 2.5 points more for competence, scaled back to 100.
    assert list(swot["weights"].values()) == pytest.approx(
        [60 / 1.025, 30 / 1.025, 12.5 / 1.025], abs=1e-5
    )
    ask("schemes", "--save", "沟通", "--swot", file, "--author", "李", "--reason", "r")
    kept = next(scheme for scheme in ask("schemes") if scheme["name"] == "沟通")
    assert kept["weights"]["competence"] == pytest.approx(12.5 / 1.025, abs=1e-5)


def test_standards_are_rehearsed_adopted_and_undone_on_the_command_line(ask, tmp_path):
    draft = tmp_path / "draft.toml"
    draft.write_text(
        "[renewal_count]\nremove = true\n[veto.complaint_rate]\nbeyond = 5.0\ncap = 'C'\n",
        encoding="utf-8",
    )
    tried = ask("standards", "--rehearse", draft, "--from", "2026-04")
    april = [row for row in tried["rehearsal"] if row["period"] == "2026-04"]
    removed = next(row for row in april if row["indicator"] == "renewal_count")
    assert (removed["n_before"], removed["n_after"]) == (3, 0)
    assert "理由" in ask("standards", "--adopt", draft, "--from", "2026-04", refused=True)
    ask("standards", "--adopt", draft, "--from", "2026-04", "--reason", "不再单看件数")
    shown = ask("standards", "--month", "2026-04")
    assert (
        shown["version"],
        "renewal_count" in shown["indicators"],
        shown["vetoes"][0]["cap"],
    ) == (1, False, "C")
    for words in (
        ("evaluate",),
        ("quadrant",),
        ("weak-spots",),
        ("coaching",),
        ("sheet", "A1"),
        ("method", "--month", "2026-04"),
    ):
        ask(*words)
    assert ask("standards", "--undo", "--reason", "弄错了")["adopted"]["restores"] == 0
    assert "renewal_count" in ask("standards", "--month", "2026-04")["indicators"]
    bad = tmp_path / "bad.toml"
    bad.write_text("[new_one]\ncategory = 'results'\n", encoding="utf-8")
    assert "不完整" in ask("standards", "--adopt", bad, "--reason", "x", refused=True)


def test_settings_market_targets_records_talks_and_months_are_on_the_command_line(ask, tmp_path):
    assert ask("settings", "--set", "grace_days=45")["grace_days"] == 45
    ask("settings", "--set", "grace_days=30")
    assert "看不懂" in ask("settings", "--set", "grace_days=many", refused=True)
    ask("market", "--set", "renewal_rate", "--value", 0.82, "--source", "行业协会 2025")
    assert ask("method")["market"] == [
        {"indicator": "renewal_rate", "value": 0.82, "source": "行业协会 2025"}
    ]
    assert {
        row["agent_id"]: row["target_count"]
        for row in ask("targets", "--from", "2026-04", "--to", "2026-04")
    } == {
        "A1": 5,
        "B2": 4,
        "C3": 4,
    }
    behind = ask(
        "records", "--agent", "A1", "--indicator", "renewal_rate", "--out", tmp_path / "r.xlsx"
    )
    assert len(behind["records"]["policies"]) == 5
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    ask("talks", "--agent", "A1", "--plan", "2026-12-01")
    held = ask(
        "talks",
        "--change",
        1,
        "--state",
        "done",
        "--agreed",
        "每周两次",
        "--follow-up",
        "2026-12-20",
    )[0]
    assert (held["state"], held["agreed"], held["follow_up_on"]) == (
        "done",
        "每周两次",
        "2026-12-20",
    )
    done = ask("month", "2026-04", "--publish")
    assert done["published"] == ["2026-04"]
    assert "已经发布" in ask("month", "2026-04", "--publish", refused=True)


def test_truths_in_json_are_truths_and_numbers_numbers(ask):
    def words(value):
        if isinstance(value, dict):
            return [word for part in value.values() for word in words(part)]
        if isinstance(value, list):
            return [word for part in value for word in words(part)]
        return [value] if value in ("True", "False", "nan") else []

    for command in (
        "evaluate",
        "quadrant",
        "weak-spots",
        "coaching",
        "fairness",
        "schemes",
        "standards",
        "targets",
        "loads",
    ):
        assert words(ask(command)) == [], command
    assert isinstance(ask("fairness")["standards"][0]["flagged"], bool)


@pytest.mark.parametrize(
    "words",
    [
        ("calendar=XX",),
        ("calendar=",),
        ("grace_days=-1",),
        ("grace_days=99999999999999999999",),
        ("contact_lead_days=9999999999",),
        ("missing_limit=101",),
        ("missing_limit=nan",),
        ('grace_by_product={"a": true}',),
        ("grace_by_product={",),
        ("grace_days=45", "bogus=1"),
    ],
)
def test_a_rule_that_could_not_be_followed_is_refused_with_all_that_came_with_it(shell, words):
    before = shell("settings")
    assert shell.refused("settings", *(part for word in words for part in ("--set", word)))
    assert shell("settings") == before


def test_a_product_is_given_its_grace_and_it_is_taken_back_to_the_general_one(shell):
    assert shell("settings", "--grace", "车险=60", "--set", "grace_days=45")[
        "grace_by_product"
    ] == {"车险": 60}
    assert "99999999999999" in shell.refused("settings", "--grace", "车险=99999999999999")
    assert shell.refused("settings", "--grace", "车险=²")
    after = shell("settings", "--grace", "车险=0")
    assert (after["grace_days"], after["grace_by_product"]) == (45, {})


def test_an_agent_sees_nothing_of_a_month_that_is_not_published(home, tmp_path):
    """March and April of one agent: what stands in the sheet of April of March is seen once March
    is published too."""
    rows = "".join(
        f"P{month}{day},A1,2026-0{month}-0{day},已续,\n" for month in (3, 4) for day in (1, 2)
    )
    load_text(home, tmp_path, "policies", f"保单号,工号,到期日,续保结果,未续原因\n{rows}")
    boss, march = Desk(home), Period(dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    boss.write_note(Note("A1", march.first, march.last, "comment", "三月的评语"))
    boss.publish(PERIOD)
    ann = as_ann(home)

    def of_march():
        shown = sheet(ann)
        rate = next(item for item in shown["indicators"] if item["id"] == "renewal_rate")
        trend = [point["month"] for point in shown["trend"] if point["indicator"] == "renewal_rate"]
        return (
            shown["before"] is not None,
            rate["before"],
            "2026-03" in trend,
            [note.text for note in ann.all_notes()],
        )

    assert of_march() == (False, None, False, [])
    with pytest.raises(NotAllowed, match="not_published"):
        ann.write_note(Note("A1", march.first, march.last, "remark", "不对"))
    boss.publish(march)
    assert of_march() == (True, 1.0, True, ["三月的评语"])


def test_no_side_door_shows_an_agent_a_trial_or_a_published_month_that_became_provisional(desk):
    desk.publish(PERIOD)
    ann = as_ann(desk.home)
    filters = Filters(PERIOD)
    tried = ann.tried(
        ann.around(filters),
        WeightScheme("试", {"results": 60.0, "service": 20.0, "competence": 20.0}),
    )
    with pytest.raises(NotAllowed, match="not_allowed"):
        ann.live_sheet(tried, "A1")
    assert len(ann.records("A1", "renewal_rate", filters).tables)
    desk.change_settings({"grace_by_product": {"寿险": 90}})  # a window opens again
    for ask in (
        lambda: ann.records("A1", "renewal_rate", filters),
        lambda: ann.live_sheet(ann.around(filters), "A1"),
    ):
        with pytest.raises(RequestRefused, match="provisional_unseen"):
            ask()


# -- what nobody could use is not put in force -----------------------------------------------------


def test_neither_a_scheme_nor_standards_that_leave_a_month_without_weights_are_adopted(desk):
    saved(desk, "只看服务", {"results": 0.0, "service": 100.0, "competence": 0.0})
    nothing_of_service: dict[str, dict[str, Any]] = {
        indicator.id: {}
        for indicator in desk.catalogue(PERIOD).indicators
        if indicator.category == "service"
    }
    june = dt.date(2026, 6, 1)
    desk.adopt_standard(StandardVersion(nothing_of_service, {}, {}, "", "不看服务", june), 0)
    with pytest.raises(RequestRefused, match="scheme_fails"):
        desk.adopt_scheme("只看服务", None, APRIL, "试")
    assert desk.adoptions() == []
    desk.undo_standard("恢复")
    desk.adopt_scheme("只看服务", None, dt.date(2026, 7, 1), "试")
    with pytest.raises(RequestRefused, match="scheme_fails"):
        desk.adopt_standard(StandardVersion(nothing_of_service, {}, {}, "", "不看服务", june), 2)


@pytest.mark.parametrize("weight", ["1e308", "1e307", "2000000"])
def test_weights_that_drown_all_others_are_refused(shell, weight):
    words = f"results={weight},service=1,competence=1"
    assert "too large" in shell.refused(
        "schemes", "--save", "大", "--weights", words, "--author", "李", "--reason", "试"
    )


def test_undoing_standards_brings_back_what_held_in_every_month(desk):
    """Version 1 from May, 2 from April; without 2, April has the built-in grades and May those of
    version 1."""
    may = dt.date(2026, 5, 1)
    desk.adopt_standard(StandardVersion({}, {"A": 95, "B": 80, "C": 0}, {}, "", "更严", may), 0)
    desk.adopt_standard(StandardVersion({}, {"A": 99, "B": 80, "C": 0}, {}, "", "最严", APRIL), 1)
    desk.undo_standard("太严")

    def best(month):
        return desk.catalogue(Period(month, month)).grades[0][1]

    assert (best(APRIL), best(may)) == (best(dt.date(2026, 3, 1)), 95)


def test_an_empty_or_unknown_account_is_nobody_and_watches_no_folder(shell, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "四月.csv", "保单号,工号,到期日,续保结果\nP1,A1,2026-04-02,已续\n")
    for who in ("", "nobody@x.cn"):
        assert shell.refused("loads", "--as", who)
        assert shell.run("watch", folder, "--once", "--as", who).returncode == 2
    assert shell("loads") == []
    assert (folder / "四月.csv").exists()


def test_a_name_that_ends_in_an_odd_digit_is_a_name(shell):
    assert "x@²" in shell.refused("schemes", "--adopt", "x@²")


def test_the_coaching_list_of_agents_without_a_team_is_plain_json(shell, tmp_path):
    write(
        tmp_path,
        "p.csv",
        "保单号,工号,到期日,续保结果\n"
        + "".join(f"P{policy},A{policy % 3},2026-04-0{policy},未续\n" for policy in range(1, 8)),
    )
    write(tmp_path, "r.csv", "工号,团队\nA0,东\nA1,西\n")
    for name in ("r", "p"):
        shell("load", tmp_path / f"{name}.csv", "--as-of", "2026-06-30")
    assert {agent["team"] for agent in shell("coaching")["agents"]} == {"东", "西", None}


@pytest.mark.parametrize(
    "words",
    [
        (
            "schemes",
            "--save",
            "夏",
            "--weights",
            "results=60,service=20,competence=20",
            "--author",
            "李",
            "--reason",
            "试",
            "--adopt",
            "无",
        ),
        ("month", "2026-04", "--publish", "--take-back", "不"),
        ("sheet", "A1", "--close", "--provisional", "--reopen", "再看"),
        ("sheet", "A1", "--close", "--provisional", "--out", "nowhere/x.pdf"),
        ("sheets", "--close", "--provisional", "--out", "nowhere/x.pdf"),
        ("accounts", "--add", "new@x.cn", "--role", "admin", "--deactivate", "none@x.cn"),
        ("talks", "--plan", "2026-05-01", "--agent", "A1", "--change", "99"),
        ("objections", "--agent", "A1", "--from", "2026-04", "--text", "不对", "--answer", "999"),
    ],
)
def test_a_command_that_is_refused_has_changed_nothing(tiny, words):
    folder = tiny.folder
    before = len(tiny.state.database.audit())
    tiny.close()
    assert Shell(folder).refused(*words)
    again = Home(folder)
    assert len(again.state.database.audit()) == before
    again.close()


@pytest.mark.parametrize(
    "command",
    ["evaluate", "quadrant", "weak-spots", "coaching", "sheet", "sheets", "fairness", "robustness"],
)
def test_what_a_command_says_on_trial_says_so_in_json_too(tiny, command):
    folder = tiny.folder
    tiny.close()
    words = [
        command,
        *(["A1"] if command == "sheet" else []),
        "--from",
        "2026-04",
        "--to",
        "2026-04",
    ]
    shell = Shell(folder)
    tried = shell(*words, "--weights", "results=60,service=20,competence=20")
    assert tried["trial"] is True
    assert "60/20/20" in tried["note"]
    assert "note" not in shell(*words)


def test_the_records_behind_a_sheets_figure_say_that_they_do_not_count(shell, tmp_path):
    """A quarter's sheet of 9 of 10 stands for the quarter, since the records lack March: theirs are
    listed, and marked."""
    write(
        tmp_path,
        "p.csv",
        "保单号,工号,到期日,续保结果\nP1,A1,2026-01-02,已续\nP2,A1,2026-02-02,未续\n",
    )
    write(tmp_path, "s.csv", "工号,考核期,应续件数,已续件数\nA1,2026Q1,10,9\n")
    for name in ("p", "s"):
        shell("load", tmp_path / f"{name}.csv", "--as-of", "2026-06-30")
    quarter = (
        "records",
        "--agent",
        "A1",
        "--indicator",
        "renewal_rate",
        "--from",
        "2026-01",
        "--to",
        "2026-03",
    )
    assert [(row["months"], row["why"]) for row in shell(*quarter)["set_aside"]] == [
        ("2026-01", "sheet"),
        ("2026-02", "sheet"),
    ]
    month = (
        "records",
        "--agent",
        "A1",
        "--indicator",
        "renewal_rate",
        "--from",
        "2026-01",
        "--to",
        "2026-01",
    )
    assert all(row["why"] == "period" for row in shell(*month)["set_aside"])
