"""Who comes in, and for how long: by cookies as the login leaves them, at a real server."""

import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.tab import Tab

LOGIN = "Log in"


def inside(tab: Tab) -> bool:
    return tab.says("· admin") or tab.says("· manager") or tab.says("· agent")


def outside(tab: Tab, sentence: str) -> bool:
    return LOGIN in tab.texts and not inside(tab) and tab.says(sentence)


def next_second() -> None:
    """Cookies made here carry whole seconds: one made in the second of an end counts as older."""
    time.sleep(1 - time.time() % 1)


def test_a_login_opens_its_account(office):
    with office.tab("east@x.cn") as tab:
        assert inside(tab.open())
        assert tab.says("east@x.cn · manager")


@pytest.mark.parametrize("said", [False, "false", None, "yes"])
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(office, said):
    with office.tab("boss@x.cn", email_verified=said) as tab:
        assert outside(tab.open("accounts"), "does not vouch that “boss@x.cn” is your address")


@pytest.mark.parametrize("address", [" boss@x.cn ", "Boss@x.cn", "BOSS@x.cn", "boss@x.cn\t"])
def test_an_address_is_itself_and_no_other_spelling(office, address):
    with office.tab(address) as tab:
        assert outside(tab.open("accounts"), "has no active account")


def test_the_domain_of_an_address_may_be_in_any_case(office):
    with office.tab("west@X.CN", sub="the-manager-of-the-west") as tab:
        assert inside(tab.open())


def test_the_first_person_with_an_address_is_bound_to_it_until_an_admin_unbinds(office):
    with office.tab("boss2@x.cn", sub="first") as tab:
        assert inside(tab.open())
    with office.tab("boss2@x.cn", sub="second") as tab:
        assert outside(tab.open(), "The account “boss2@x.cn” belongs to another person")
    with office.tab("boss2@x.cn", sub="first", iss="https://another.example") as tab:
        assert outside(tab.open(), "belongs to another person")
    first = office.cookie("boss2@x.cn", sub="first")
    # Whoever is bound keeps the account when the provider names another address.
    with office.tab("married@x.cn", sub="first") as tab:
        assert tab.open().says("boss2@x.cn · admin")
    with office.tab("boss@x.cn") as boss:
        boss.open("accounts")
        boss.choose("login_of", "new@x.cn")
        assert boss.says("Nobody has logged in as “new@x.cn” yet")
        boss.choose("login_of", "boss2@x.cn")
        assert boss.says("“boss2@x.cn” is bound to one person")
        boss.click("unbind")
        assert boss.says("“boss2@x.cn” is bound to nobody")
    with Tab(office.base, first) as tab:
        assert outside(tab.open(), "has no active account") or outside(
            tab.open(), "This login was ended"
        )
    next_second()
    with office.tab("boss2@x.cn", sub="second") as tab:
        assert inside(tab.open())


def test_a_login_ends_after_twelve_hours(office):
    with office.tab("boss@x.cn", moment=time.time() - 12 * 3600 + 60) as tab:
        assert inside(tab.open())
    with office.tab("boss@x.cn", moment=time.time() - 12 * 3600 - 60) as tab:
        assert outside(tab.open(), "older than 12 hours")


def test_a_cookie_kept_from_before_the_way_out_opens_nothing_and_another_browser_stays_in(office):
    kept, elsewhere = (
        office.cookie("west@x.cn", sub="the-manager-of-the-west"),
        office.cookie("west@x.cn", sub="the-manager-of-the-west"),
    )
    with Tab(office.base, kept) as tab:
        assert inside(tab.open())
        tab.click("logout")
    with Tab(office.base, kept) as tab:
        assert outside(tab.open(), "This login was ended")
    with Tab(office.base, elsewhere) as tab:
        assert inside(tab.open())


def test_the_way_out_by_address_ends_the_login_too(office):
    kept = office.cookie("ann@x.cn")
    with Tab(office.base, kept) as tab:
        assert inside(tab.open())
        assert tab.get("/auth/logout").status_code in (302, 307)
        assert outside(tab.open(), "This login was ended")


def test_logging_out_everywhere_ends_every_login_also_in_tabs_that_stand_open(office):
    cookies = [office.cookie("east@x.cn") for _ in range(3)]
    with Tab(office.base, cookies[0]) as first, Tab(office.base, cookies[1]) as second:
        assert inside(first.open())
        assert inside(second.open("objections"))
        first.click("logout_everywhere")
        assert outside(second.open("objections"), "This login was ended")
        with Tab(office.base, cookies[2]) as third:
            assert outside(third.open(), "This login was ended")
    next_second()
    with office.tab("east@x.cn") as tab:
        assert inside(tab.open())


def test_a_tab_that_says_nothing_shows_the_login_by_itself_once_an_admin_logs_its_account_out(
    office,
):
    with office.tab("boss3@x.cn") as tab, office.tab("boss@x.cn") as boss:
        assert inside(tab.open("accounts"))
        boss.open("accounts")
        boss.choose("login_of", "boss3@x.cn")
        boss.click("end_logins")
        assert boss.says("Every login of “boss3@x.cn” was ended")
        assert outside(tab.read(timeout=10), "This login was ended")


def test_nobody_connects_with_a_cookie_that_this_server_did_not_sign(office):
    forged = office.cookie("boss@x.cn")[:-3] + "abc"
    with Tab(office.base, forged) as tab:
        assert outside(tab.open("accounts"), "Log in first")
    assert (
        httpx.get(
            f"{office.base}/media/x.csv", headers={"Cookie": f"_streamlit_user={forged}"}
        ).status_code
        == 401
    )
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        Tab(office.base, office.cookie("boss@x.cn"), origin="https://evil.example").open()
