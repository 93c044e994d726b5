"""Long work beside the page: what is quick is simply done, what is not shows its step and can be
given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from analytics.work import Work
from pages.ui import session
from pages.ui.act import action
from pages.ui.i18n import md, t

QUICK = 1.5  # seconds that the page waits before it shows progress
LOOK = 0.4  # seconds between two looks at the work


@dataclass
class _Job:
    label: str
    work: Work = field(default_factory=Work)
    begun: float = field(default_factory=time.monotonic)
    result: Any = None
    error: BaseException | None = None
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()


def begin(key: str, label: str, function: Callable[[Work], Any]) -> None:
    """Start `function` in a thread of its own (it must not speak to the page); `outcome` tells how
    it went."""
    job = _Job(label)

    def run() -> None:
        try:
            job.result = function(job.work)
        except BaseException as error:  # noqa: BLE001 - handed to the page's own thread
            job.error = error

    job.thread = threading.Thread(target=run, daemon=True)
    session.put(f"job.{key}", job)
    job.thread.start()
    with st.spinner(md(label)):
        job.thread.join(QUICK)


def running(key: str) -> bool:
    """Whether there is work under this key, done or not, whose outcome nobody took yet."""
    return session.get(f"job.{key}") is not None


def outcome(key: str) -> Any:
    """The result once it is there (an error is raised here); until then the progress is shown and
    the page ends."""
    job: _Job = session.get(f"job.{key}")
    if job.running:
        _progress(key, job)
        st.stop()
    session.forget(f"job.{key}")
    if job.error is not None:
        raise job.error
    return job.result


@st.fragment(run_every=LOOK)
def _progress(key: str, job: _Job) -> None:
    if not job.running:
        st.rerun()
    with st.container(border=True, key=f"waiting.{key}"):
        st.markdown(f"**{md(job.label)}**")
        seconds = int(time.monotonic() - job.begun)
        st.progress(
            job.work.share
            if job.work.share is not None
            else {"waiting": 0.05, "reading": 0.3, "storing": 0.7}.get(job.work.step, 0.1),
            text=t(
                f"waiting.{'stopping' if job.work.given_up else job.work.step}", seconds=seconds
            ),
        )
        st.button(
            t("waiting.give_up"),
            key=f"give_up.{key}",
            on_click=action(job.work.give_up),
            disabled=job.work.given_up,
        )
