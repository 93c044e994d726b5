"""Who comes in: what a login opens, and what ends it, asked where it is decided."""

import time

import pytest

from analytics.desk import Desk
from analytics.desk.entrance import admit, leave, nobody_yet
from analytics.errors import NotAllowed
from analytics.people import Account, Login
from analytics.state.logins import LASTING

STAFF = [Account("boss@x.cn", "admin"), Account("east@x.cn", "manager", teams=("东",))]


def login(subject="1", email="boss@x.cn", **more):
    facts = {"issuer": "https://provider.example", "verified": True, "began": time.time() - 60}
    return Login(
        **{**facts, "digest": f"digest of {subject}", **more}, subject=subject, email=email
    )


@pytest.fixture
def staffed(home):
    home.state.accounts.save(STAFF, "setup")
    return home


def test_nobody_comes_in_before_there_is_an_account(home):
    assert nobody_yet(home)
    home.state.accounts.save(STAFF, "setup")
    assert not nobody_yet(home)


def test_a_login_of_an_accounts_address_is_that_account_and_stays_it(staffed):
    assert admit(staffed, login()).who == "boss@x.cn"
    # Whoever is bound keeps the account, whatever address the provider names later.
    assert admit(staffed, login(email="east@x.cn")).who == "boss@x.cn"
    with pytest.raises(NotAllowed, match="login_of_another"):
        admit(staffed, login("2"))


@pytest.mark.parametrize("missing", ["issuer", "subject"])
def test_a_login_that_says_too_little_opens_nothing(staffed, missing):
    with pytest.raises(NotAllowed, match="login_incomplete"):
        admit(staffed, login(**{missing: ""}) if missing == "issuer" else login(""))


def test_a_login_is_over_after_twelve_hours(staffed):
    assert LASTING == 12 * 60 * 60
    admit(staffed, login(began=time.time() - LASTING + 60))
    with pytest.raises(NotAllowed, match="login_over") as refused:
        admit(staffed, login(began=time.time() - LASTING - 60))
    assert refused.value.facts["hours"] == 12


@pytest.mark.parametrize(
    ("verified", "trusting", "opens"),
    [
        (True, False, True),
        (None, False, False),
        (False, False, False),
        (True, True, True),
        (None, True, True),
        (False, True, False),
    ],
)
def test_an_address_that_nobody_verified_opens_only_where_silence_is_trusted(
    staffed, verified, trusting, opens
):
    if opens:
        assert admit(staffed, login(verified=verified), trusting=trusting).who == "boss@x.cn"
        return
    with pytest.raises(NotAllowed, match="login_unverified"):
        admit(staffed, login(verified=verified), trusting=trusting)


def test_a_login_that_was_left_is_ended_and_no_other_of_the_account(staffed):
    here, there = login(), login(digest="on the telephone")
    admit(staffed, here)
    admit(staffed, there)
    leave(staffed, here)
    with pytest.raises(NotAllowed, match="login_ended"):
        admit(staffed, here)
    assert admit(staffed, there).who == "boss@x.cn"


def test_leaving_everywhere_ends_every_login_of_the_account_that_began_before(staffed):
    here, there, other = login(), login(digest="on the telephone"), login("2", "east@x.cn")
    for each in (here, there, other):
        admit(staffed, each)
    leave(staffed, here, everywhere=True)
    for each in (here, there):
        with pytest.raises(NotAllowed, match="login_ended"):
            admit(staffed, each)
    assert admit(staffed, other).who == "east@x.cn"
    assert admit(staffed, login(began=time.time() + 1)).who == "boss@x.cn"


def test_a_login_that_never_came_in_can_be_left_too(staffed):
    unknown = login("9", "nobody@X.CN")
    leave(staffed, unknown, everywhere=True)
    with pytest.raises(NotAllowed, match="login_ended"):
        admit(staffed, unknown)
    ends = [line for line in Desk(staffed).audit() if line.action == "login.end"]
    assert [line.object for line in ends] == ["nobody@x.cn"]
