"""Whose a download or an upload is: Streamlit itself knows downloads by address alone, and keeps
uploads for whoever names a session."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

Person = tuple[str, str]  # issuer and subject
NOBODY: Person = ("", "")
MB = 1024**2
FAILED = "Failed to generate file for download"  # Streamlit's own words, which the page translates
_LOG = logging.getLogger(__name__)


def person_of(claims: Mapping[str, Any]) -> Person:
    """Whom the login provider means."""
    return str(claims.get("iss") or ""), str(claims.get("sub") or "")


# -- downloads -------------------------------------------------------------------------------------


class OwnMedia(MediaFileManager):
    """Remembers for whom each file was made; one file of the same content may be several
    people's."""

    _owners: dict[str, set[Person]]
    _makers: dict[str, Person]

    @classmethod
    def take_over(cls, manager: MediaFileManager) -> OwnMedia:
        """Turn a runtime's manager, which Streamlit makes itself, into one that remembers."""
        if not isinstance(manager, cls):
            manager.__class__ = cls
            manager.__dict__.update(_owners={}, _makers={})
        assert isinstance(manager, cls)
        return manager

    def add(self, *words: Any, **named: Any) -> str:
        url = super().add(*words, **named)
        self._owned(url, _reader())
        return url

    def add_deferred(self, *words: Any, **named: Any) -> str:
        file_id = super().add_deferred(*words, **named)
        self._makers[file_id] = _reader()
        return file_id

    def execute_deferred(self, file_id: str) -> str:
        maker = self._makers.get(file_id, NOBODY)
        url = super().execute_deferred(file_id)
        self._owned(url, maker)
        return url

    def _owned(self, url: str, person: Person) -> None:
        with self._lock:
            self._owners.setdefault(_file_id(url), set()).add(person)

    def _delete_file(self, file_id: str) -> None:
        super()._delete_file(file_id)
        self._owners.pop(file_id, None)

    def _drop_deferred_id(self, file_id: str) -> None:
        super()._drop_deferred_id(file_id)
        self._makers.pop(file_id, None)

    def belongs(self, path: str, person: Person) -> bool:
        """Whether the file at an address was made for a person; what is not there belongs to
        nobody."""
        return person in self._owners.get(_file_id(path), ())

    def deferred_in(self, file_id: str) -> str | None:
        """The session whose page holds a download that is still to be made."""
        entry = self._deferred_callables.get(file_id)
        return entry["session_id"] if entry else None


def _reader() -> Person:
    context = get_script_run_ctx()
    return person_of(context.user_info) if context else NOBODY


def _file_id(address: str) -> str:
    return address.rpartition("/")[2].partition(".")[0]


class NotGiven(Exception):
    """A download that is refused, with the sentence that says why; it stands below the button."""


class OwnDownloads(DeferredFileHandler):
    """Makes a download only for the session whose page holds it, not for any session that knows its
    id."""

    async def handle(
        self, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        manager, file_id = self._get_media_file_mgr(), request.deferred_file.file_id
        answer = BackendOperationResponse(request_id=request.request_id)
        if not isinstance(manager, OwnMedia) or manager.deferred_in(file_id) != session_id:
            answer.error_msg = "Not available"
            return answer
        try:
            answer.deferred_file.url = await asyncio.to_thread(manager.execute_deferred, file_id)
        except MediaFileStorageError as error:
            if not isinstance(error.__cause__, NotGiven):
                _LOG.exception("a download could not be made")
            answer.error_msg = (
                str(error.__cause__) if isinstance(error.__cause__, NotGiven) else FAILED
            )
        return answer


def take_over(runtime: Runtime) -> None:
    """Have the runtime remember whose its downloads are; sessions made from now on ask for it."""
    OwnMedia.take_over(runtime.media_file_mgr)
    app_session.DeferredFileHandler = OwnDownloads  # type: ignore[attr-defined]


# -- uploads ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bound:
    """How much may lie on the server at once: files and bytes."""

    files: int
    size: int


SESSION = Bound(40, 300 * MB)
PERSON = Bound(80, 400 * MB)
SERVER = Bound(1000, 1500 * MB)


class Uploads:
    """What has been handed in and what is on its way, held against the bounds of session, person
    and server."""

    def __init__(self, manager: MemoryUploadedFileManager, owner: Callable[[str], Person]) -> None:
        self._manager = manager
        self._owner = owner
        self._arriving: dict[int, tuple[str, Person, int]] = {}
        self._lock = threading.Lock()
        self._next = 0

    def reserve(self, session_id: str, person: Person, size: int) -> int | None:
        """Room for a file on its way, to be given back with `release`; None where a bound would be
        passed."""
        with self._lock:
            held = [*self._arriving.values(), *self._held()]
            for bound, within in (
                (SESSION, [entry for entry in held if entry[0] == session_id]),
                (PERSON, [entry for entry in held if entry[1] == person]),
                (SERVER, held),
            ):
                if (
                    len(within) >= bound.files
                    or sum(entry[2] for entry in within) + size > bound.size
                ):
                    return None
            self._next += 1
            self._arriving[self._next] = session_id, person, size
            return self._next

    def release(self, ticket: int) -> None:
        """The file has arrived, and counts as what lies there; or it has not."""
        with self._lock:
            self._arriving.pop(ticket, None)

    def _held(self) -> list[tuple[str, Person, int]]:
        with self._manager._lock:
            files = [
                (session_id, len(file.data))
                for session_id, storage in self._manager.file_storage.items()
                for file in storage.values()
            ]
        owners = {session_id: self._owner(session_id) for session_id, _ in files}
        return [(session_id, owners[session_id], size) for session_id, size in files]


def release_gone(runtime: Runtime) -> None:
    """Let go of what was handed in to sessions that are over: Streamlit itself waits for the next
    one to end."""
    manager = runtime.uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    for session_id in list(manager.file_storage):
        if runtime._session_mgr.get_session_info(session_id) is None:
            manager.remove_session_files(session_id)
