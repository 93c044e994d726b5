"""Whose account an address is, and which logins it opens: bound at the first, freed and ended by an
admin."""

import time

import pytest

from analytics.desk import Desk
from analytics.errors import NotAllowed, RequestRefused
from analytics.people import Account, Login
from tests.present import present

EMAIL = "ann@x.cn"


def login(subject="s1", began=None, digest="d1"):
    """A login of a person, by the clock of now unless another moment is said."""
    return Login("https://login", subject, EMAIL, True, began or time.time(), digest)


def test_an_account_belongs_to_the_first_person_who_logs_in_and_to_no_other(store):
    store.logins.bind(login(), EMAIL)
    store.logins.bind(login(), EMAIL)  # of the same person: no second line
    with pytest.raises(NotAllowed, match="login_of_another"):
        store.logins.bind(login("s2"), EMAIL)
    assert store.logins.bindings()[EMAIL].subject == "s1"
    assert [line.action for line in store.database.audit()] == ["login.bind"]


def test_an_account_that_is_freed_is_the_next_persons_and_opens_nothing_to_the_one_before(store):
    before = login(began=time.time() - 60)
    store.logins.bind(before, EMAIL)
    store.logins.unbind(EMAIL, "boss@x.cn")
    assert store.logins.bindings() == {}
    assert store.logins.facts(before).email is None
    with pytest.raises(NotAllowed, match="login_ended"):
        store.logins.bind(before, EMAIL)
    line = store.database.audit()[0]
    assert (line.who, line.action, line.object) == ("boss@x.cn", "login.unbind", EMAIL)
    assert present(line.before)["subject"] == "s1"
    store.logins.bind(login("s2", time.time() + 1), EMAIL)
    assert store.logins.bindings()[EMAIL].subject == "s2"


def test_all_logins_of_an_account_are_ended_and_a_later_one_is_not(store):
    early, late = login(began=time.time() - 60), login(began=time.time() + 60, digest="d2")
    store.logins.bind(early, EMAIL)
    assert not store.logins.facts(early).ended
    store.logins.end_all(EMAIL, "boss@x.cn")
    assert (store.logins.facts(early).ended, store.logins.facts(late).ended) == (True, False)
    assert store.logins.facts(late).email == EMAIL
    assert store.database.audit()[0].action == "login.end_all"


def test_one_login_is_ended_once_and_the_persons_others_go_on(store):
    here, there = login(), login(digest="d2")
    store.logins.bind(here, EMAIL)
    store.logins.end(here, EMAIL)
    store.logins.end(here, EMAIL)
    assert (store.logins.facts(here).ended, store.logins.facts(there).ended) == (True, False)
    assert [line.action for line in store.database.audit()] == ["login.end", "login.bind"]


def test_the_desk_frees_and_ends_for_admins_alone_and_only_what_is_an_account(home):
    accounts = [Account("boss@x.cn", "admin"), Account(EMAIL, "agent", agent_id="A1")]
    home.state.accounts.save(accounts, "setup")
    boss, ann = Desk(home, "boss@x.cn"), Desk(home, EMAIL)
    home.state.logins.bind(login(began=time.time() - 60), EMAIL)
    for act in (ann.unbind, ann.end_logins):
        with pytest.raises(NotAllowed, match="not_allowed"):
            act(EMAIL)
    for act in (boss.unbind, boss.end_logins):
        with pytest.raises(RequestRefused, match="account_unknown"):
            act("nobody@x.cn")
    boss.end_logins(EMAIL)
    assert home.state.logins.facts(login(began=time.time() - 60)).ended
    assert list(boss.bindings()) == [EMAIL]
    boss.unbind(EMAIL)
    assert boss.bindings() == {}
