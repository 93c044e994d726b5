"""Visitors without a browser: they speak the page's own websocket, so that many of them fit on the
machine that serves them."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Origin, Subprotocol

LOST = 60.0  # seconds after which an answer will not come any more
CHART, FOLLOWER = "persistent_figure", "follow"
_KEY = re.compile(
    rb'"key":"([^"]*)"'
)  # of a packed figure; to read all of it would cost more than to serve it


@dataclass
class Control:
    """A widget as the page last showed it: its protobuf, and the fragment that runs when it moves
    ("": the page)."""

    proto: Any
    fragment: str


@dataclass
class Visitor:
    """One tab: what its page shows, what its controls stand at, and what went wrong."""

    base: str
    locale: str = "zh-CN"
    page_hash: str = ""
    page_name: str = ""
    pages: dict[str, str] = field(default_factory=dict)  # address → hash
    controls: dict[str, Control] = field(default_factory=dict)  # id → …
    states: dict[str, tuple[str, Any]] = field(
        default_factory=dict
    )  # id → field of WidgetState, value
    errors: list[str] = field(default_factory=list)
    followers: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  # chart → component, its fragment
    drawn: set[str] = field(default_factory=set)  # charts whose data the last run sent
    shown: set[str] = field(default_factory=set)  # ids of the controls that the last run drew
    bytes: int = 0

    async def open(self, page: str = "") -> float:
        """Connect and ask for a page; seconds until it was there."""
        address = self.base.replace("http", "ws", 1) + "/_stcore/stream"
        begin = time.perf_counter()
        self.socket = await websockets.connect(
            address,
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(self.base),
            max_size=None,
            compression=None,
            ping_interval=None,
            open_timeout=LOST,
        )
        self.page_name = page
        await self.ask()
        return time.perf_counter() - begin

    async def close(self) -> None:
        await self.socket.close()

    async def go(self, page: str) -> float:
        """To another page of the same session, as the links in the sidebar lead there."""
        self.page_hash, self.page_name = self.pages[page], page
        self.controls.clear()
        self.followers.clear()
        self.states.clear()
        return await self.ask()

    async def move(self, key: str, value: Any) -> float:
        """Move the control with this key; seconds until the run that it began has ended."""
        name = next(control for control in reversed(self.controls) if f"-{key}" in control)
        number = isinstance(value, int | float)
        self.states[name] = ("double_array_value", [value]) if number else ("string_value", value)
        return await self.ask(self.controls[name].fragment)

    async def catch_up(self) -> float | None:
        """What a browser asks for once a chart was redrawn: the fragment that waits for it; None
        where none does."""
        for chart in self.drawn & set(self.followers):
            component, fragment = self.followers[chart]
            trigger = f"$$STREAMLIT_INTERNAL_KEY_{component}__events"
            return await self.ask(
                fragment, (trigger, json.dumps([{"event": "drawn", "value": True}]))
            )
        return None

    async def ask(self, fragment: str = "", trigger: tuple[str, str] | None = None) -> float:
        """Have the server run the page, or a fragment of it; seconds until the end of the run."""
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.page_name, state.fragment_id = (
            self.page_hash,
            self.page_name,
            fragment,
        )
        state.context_info.locale, state.context_info.timezone = self.locale, "Asia/Shanghai"
        state.context_info.url = f"{self.base}/{self.page_name}"
        for name, (kind, value) in self.states.items():
            widget = state.widget_states.widgets.add(id=name)
            if kind == "double_array_value":
                widget.double_array_value.data.extend(value)
            else:
                setattr(widget, kind, value)
        if trigger is not None:
            state.widget_states.widgets.add(id=trigger[0], json_trigger_value=trigger[1])
        self.drawn.clear()
        self.shown.clear()
        begin = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            frame = await self.socket.recv(decode=False)
            self.bytes += len(frame)
            if self._take(ForwardMsg.FromString(frame)):
                spent = time.perf_counter() - begin
                self._let_go(fragment)
                return spent

    def _let_go(self, fragment: str) -> None:
        """Forget the controls that the run could have drawn and did not, as a browser does at the
        end of every run."""
        gone = [
            name
            for name, control in self.controls.items()
            if name not in self.shown and fragment in ("", control.fragment)
        ]
        for name in gone:
            del self.controls[name]
            self.states.pop(name, None)

    def _take(self, message: ForwardMsg) -> bool:
        """Whether this message ends the run."""
        match message.WhichOneof("type"):
            case "delta":
                self._draw(message.delta)
            case "parent_message":
                ends = [self._take(part) for part in message.parent_message.messages]
                return any(ends)
            case "navigation":
                self.page_hash = message.navigation.page_script_hash
                for page in message.navigation.app_pages:
                    self.pages.setdefault(page.url_pathname, page.page_script_hash)
            case "new_session":
                self.page_hash = message.new_session.page_script_hash or self.page_hash
            case "page_not_found":
                self.errors.append("page not found")
            case "session_event":
                self.errors.append(str(message.session_event)[:200])
            case "script_finished":
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _draw(self, delta: Delta) -> None:
        element, fragment = delta.new_element, delta.fragment_id
        match element.WhichOneof("type"):
            case "slider":
                self._stand(element.slider, fragment)
                if element.slider.set_value or element.slider.id not in self.states:
                    self.states[element.slider.id] = (
                        "double_array_value",
                        list(element.slider.value or element.slider.default),
                    )
            case "selectbox":
                self._stand(element.selectbox, fragment)
            case "button_group":
                self._stand(element.button_group, fragment)
            case "exception":
                self.errors.append(element.exception.message[:200])
            case "alert" if element.alert.format == element.alert.ERROR:
                self.errors.append(element.alert.body[:200])
            case "bidi_component":
                component = element.bidi_component
                if component.component_name == FOLLOWER:
                    self.followers[json.loads(component.json)["chart"]] = (component.id, fragment)
                elif component.component_name == CHART:
                    key = _KEY.search(component.bytes)
                    assert key is not None
                    self.drawn.add(key[1].decode())

    def _stand(self, proto: Any, fragment: str) -> None:
        self.controls.pop(proto.id, None)
        self.controls[proto.id] = Control(proto, fragment)
        self.shown.add(proto.id)
