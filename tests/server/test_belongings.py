"""Downloads and uploads are for whom they are: asked by address, by id, by cookie, at a real
server."""

import httpx
import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.ui import belongings
from pages.ui.belongings import MB, Bound, Uploads
from tests.server.tab import Tab


@pytest.fixture
def download(office):
    """An admin's tab with a download that was made, and its address."""
    with office.tab("boss@x.cn") as tab:
        tab.open("accounts")
        yield tab, tab.operate(tab.deferred[0])


def test_a_download_is_for_the_one_who_made_it_in_any_of_their_browsers_and_kept_by_no_cache(
    office, download
):
    tab, url = download
    answer = tab.get(url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    with office.tab("boss@x.cn") as elsewhere:
        assert elsewhere.get(url).status_code == 200


@pytest.mark.parametrize("email", ["boss3@x.cn", "east@x.cn", "ann@x.cn"])
def test_a_download_is_for_nobody_else_who_knows_its_address_or_its_id(office, download, email):
    tab, url = download
    with office.tab(email) as other:
        other.open()
        assert other.get(url).status_code == 403
        assert other.operate(tab.deferred[0]) == ""


@pytest.mark.parametrize("email", ["gone@x.cn", "nobody@x.cn"])
def test_a_signed_cookie_without_an_active_account_fetches_nothing(office, download, email):
    _, url = download
    cookie = {"Cookie": f"_streamlit_user={office.cookie(email)}"}
    assert httpx.get(f"{office.base}{url}", headers=cookie).status_code == 401
    assert httpx.get(f"{office.base}{url}").status_code == 401
    assert httpx.get(f"{office.base}/{url}").status_code == 401  # two slashes


def test_a_cookie_of_a_login_that_ended_fetches_nothing(office):
    with office.tab("boss@x.cn") as tab:
        tab.open("accounts")
        url = tab.operate(tab.deferred[0])
        assert tab.get(url).status_code == 200
        tab.get("/auth/logout")
        assert tab.get(url).status_code == 401


def test_an_upload_needs_a_login_and_a_session_of_ones_own(office):
    with (
        Tab(office.base) as stranger,
        office.tab("boss@x.cn") as boss,
        office.tab("boss3@x.cn") as other,
    ):
        assert [tab.open().put(10).status_code for tab in (stranger, boss, other)] == [
            401,
            204,
            204,
        ]
        assert other.put(10, session_id=boss.session_id).status_code == 403
        assert stranger.put(10, session_id=boss.session_id).status_code == 401
        assert boss.put(10, session_id="no-such-session").status_code == 403


def test_who_may_only_attach_hands_in_no_more_than_an_attachment(office):
    with office.tab("boss3@x.cn") as boss, office.tab("ann@x.cn") as ann:
        assert [tab.open().put(7 * MB).status_code for tab in (boss, ann)] == [204, 413]
        assert ann.put(MB).status_code == 204


def test_without_a_login_uploads_go_to_sessions_that_are_there(alone):
    with Tab(alone) as tab:
        assert tab.open().put(10).status_code == 204
        assert tab.put(10, session_id="no-such-session").status_code == 400


# -- bounds ----------------------------------------------------------------------------------------


class Room(Uploads):
    """Uploads of which only the session and the size matter."""

    def put(self, session, size, name="f"):
        self._manager.add_file(session, UploadedFileRec(name, "f", "", b"x" * size))

    def ask(self, session, size):
        return self.reserve(session, self._owner(session), size)


@pytest.fixture
def room(monkeypatch):
    """Bounds that a reader can count: session 2 files and 100 bytes, person 3 and 150, server 4 and
    200."""
    monkeypatch.setattr(belongings, "SESSION", Bound(2, 100))
    monkeypatch.setattr(belongings, "PERSON", Bound(3, 150))
    monkeypatch.setattr(belongings, "SERVER", Bound(4, 200))
    manager = MemoryUploadedFileManager("/upload")
    owners = {"a": ("i", "ann"), "b": ("i", "ann"), "c": ("i", "bo"), "d": ("i", "cy")}
    return Room(manager, owners.__getitem__)


def test_a_session_a_person_and_the_server_hold_so_many_bytes_and_no_more(room):
    assert room.ask("a", 101) is None
    room.put("a", 100)
    assert room.ask("a", 1) is None
    assert room.ask("b", 51) is None  # Ann's other session
    room.put("b", 50)
    assert room.ask("c", 51) is None  # the server
    assert room.ask("c", 50) is not None


def test_a_session_a_person_and_the_server_hold_so_many_files_and_no_more(room):
    for name in ("1", "2"):
        room.put("a", 1, name)
    assert room.ask("a", 1) is None
    room.put("b", 1, "3")
    assert room.ask("b", 1) is None
    room.put("c", 1, "4")
    assert room.ask("d", 1) is None


def test_what_is_on_its_way_counts_until_it_is_there_or_given_up(room):
    ticket = room.ask("a", 60)
    assert room.ask("a", 60) is None
    room.release(ticket)
    assert room.ask("a", 60) is not None
