"""What a click, an entry or a download does: all that a widget calls goes through here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from analytics.errors import RenewalError
from analytics.language import explain
from pages.ui import gate, session

P = ParamSpec("P")


def action(function: Callable[P, object]) -> Callable[P, None]:
    """A callback as widgets may have it. Streamlit runs callbacks before the page, and so before
    the gate: whoever has no account any more is stopped here, and a refusal becomes the sentence at
    the top of the page."""

    @wraps(function)
    def acting(*words: P.args, **named: P.kwargs) -> None:
        try:
            if not gate.still_there():
                return
            function(*words, **named)
        except RenewalError as error:
            session.refuse(explain(error, session.language()))

    return acting


def nothing() -> None:
    """What a widget calls that is only read."""
