"""What Streamlit's widgets ask a session's state, answered without working out what none of them
asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import _is_internal_key


class Asked(Mapping[str, Any]):
    """The state of a session by the keys that pages know. Boxes, numbers and texts each look up one
    key of it, for which Streamlit reads and copies all of them."""

    def __init__(self, state: SafeSessionState) -> None:
        self._safe = state

    def __getitem__(self, key: str) -> Any:
        if is_element_id(key) or _is_internal_key(key):
            raise KeyError(key)
        with self._safe._lock:
            return self._safe._state[key]

    def _all(self) -> dict[str, Any]:
        with self._safe._lock:
            return self._safe._state.filtered_state

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def take_over() -> None:
    """Have Streamlit's sessions answer so."""
    SafeSessionState.filtered_state = property(Asked)  # type: ignore[assignment, method-assign]
