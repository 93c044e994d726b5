"""What the store refuses, by its reason: nothing is stored of it and the audit has no line."""

import datetime as dt
from dataclasses import replace

import pytest

from analytics.errors import RequestRefused
from analytics.people import (
    Account,
    Correction,
    MarketAverage,
    Note,
    Objection,
    Talk,
)

APRIL = dt.date(2026, 4, 1)
NOTE = Note("A1", APRIL, APRIL, "comment", "稳", author="boss")
OBJECTION = Objection("A1", APRIL, APRIL, "sheet", "other", "为什么", author="ann")
ADMIN = Account("boss@x.cn", "admin")

REFUSED = {
    "a note of no kind": ("choice_unknown", lambda s: s.notes.write(replace(NOTE, kind="gossip"))),
    "an empty note": ("text_missing", lambda s: s.notes.write(replace(NOTE, text=" \n"))),
    "a note changed that is not there": (
        "note_unknown",
        lambda s: s.notes.write(replace(NOTE, id=7)),
    ),
    "a note read that is not there": ("note_unknown", lambda s: s.notes.one(7)),
    "a talk of no state": ("choice_unknown", lambda s: s.talks.save(Talk("A1", "skipped"), "boss")),
    "a talk changed that is not there": (
        "talk_unknown",
        lambda s: s.talks.save(Talk("A1", id=7), "boss"),
    ),
    "several talks of which one is of no state": (
        "choice_unknown",
        lambda s: s.talks.save_all([Talk("A1"), Talk("B2", "skipped")], "boss"),
    ),
    "several talks of which one is not there": (
        "talk_unknown",
        lambda s: s.talks.save_all([Talk("A1"), Talk("B2", id=7)], "boss"),
    ),
    "an objection about nothing": (
        "choice_unknown",
        lambda s: s.objections.make(replace(OBJECTION, about="weather")),
    ),
    "an objection of no kind": (
        "choice_unknown",
        lambda s: s.objections.make(replace(OBJECTION, kind="mood")),
    ),
    "an objection without words": (
        "text_missing",
        lambda s: s.objections.make(replace(OBJECTION, text=" ")),
    ),
    "a proposal for what nobody corrects": (
        "choice_unknown",
        lambda s: s.objections.make(replace(OBJECTION, proposal={"premium_due": "1"})),
    ),
    "an objection read that is not there": ("objection_unknown", lambda s: s.objections.one(7)),
    "an attachment that is not there": (
        "attachment_unknown",
        lambda s: s.objections.attachment(7),
    ),
    "an answer to nothing": (
        "objection_unknown",
        lambda s: s.objections.answer(
            replace(OBJECTION, id=7, state="rejected", answer="不", answered_by="boss")
        ),
    ),
    "an answer that leaves it open": (
        "choice_unknown",
        lambda s: s.objections.answer(replace(OBJECTION, id=7, state="open", answer="不")),
    ),
    "a correction of what nobody corrects": (
        "choice_unknown",
        lambda s: s.objections.correct(Correction("P1", APRIL, {"premium_due": "1"}, who="boss")),
    ),
    "a correction undone that is not there": (
        "correction_unknown",
        lambda s: s.objections.undo([7], "boss"),
    ),
    "a market average that is no number": (
        "market_needs_source",
        lambda s: s.market.save(MarketAverage("renewal_rate", float("nan"), "协会"), "boss"),
    ),
    "a market average without a source": (
        "market_needs_source",
        lambda s: s.market.save(MarketAverage("renewal_rate", 0.7, " "), "boss"),
    ),
    "an address without a domain": (
        "email_unreadable",
        lambda s: s.accounts.save([ADMIN, Account("ann", "admin")], "cli"),
    ),
    "an address with a letter that nobody sees": (
        "email_unreadable",
        lambda s: s.accounts.save([ADMIN, Account("an\u200bn@x.cn", "admin")], "cli"),
    ),
    "an account of no role": (
        "choice_unknown",
        lambda s: s.accounts.save([ADMIN, Account("ann@x.cn", "guest")], "cli"),
    ),
    "an agent's account without an agent": (
        "account_without_agent",
        lambda s: s.accounts.save([ADMIN, Account("ann@x.cn", "agent")], "cli"),
    ),
    "a manager's account without a team or branch": (
        "account_without_scope",
        lambda s: s.accounts.save([ADMIN, Account("ann@x.cn", "manager")], "cli"),
    ),
    "a period taken back that was not published": (
        "not_published",
        lambda s: s.periods.take_back(APRIL, APRIL, "boss", "还要核对"),
    ),
    "a period taken back without a reason": (
        "reason_missing",
        lambda s: s.periods.take_back(APRIL, APRIL, "boss", " "),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_stand_is_refused_by_its_reason_and_leaves_no_trace(store, what):
    reason, ask = REFUSED[what]
    with pytest.raises(RequestRefused, match=f"^{reason}\\b"):
        ask(store)
    assert store.database.audit() == []
    assert (store.notes.of(), store.talks.all(), store.objections.all()) == ([], [], [])
    assert (store.accounts.all(), store.market.all()) == ([], {})
    assert store.objections.corrections(in_force=False) == []


def test_a_period_is_published_once_and_again_after_it_was_taken_back(store):
    store.periods.publish(APRIL, APRIL, "boss")
    with pytest.raises(RequestRefused, match="published_already"):
        store.periods.publish(APRIL, APRIL, "boss")
    store.periods.take_back(APRIL, APRIL, "boss", "还要核对")
    with pytest.raises(RequestRefused, match="not_published"):
        store.periods.take_back(APRIL, APRIL, "boss", "还要核对")
    store.periods.publish(APRIL, APRIL, "boss")
    assert len(store.periods.published()) == 1
    assert [line.action for line in store.database.audit()] == [
        "period.publish",
        "period.take_back",
        "period.publish",
    ]
