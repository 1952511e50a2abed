"""A reader without a browser: says on the app's websocket what Streamlit's own page says, and keeps what it draws.

Learned from the frames of a real browser. With every run a browser sends its query string and the value of each widget
that stands on the page: what the reader chose, unless the server has set it since. This one draws nothing, loads no
scripts and does not repeat fragments by itself, so a run costs the reader little and the server what it always costs.
"""

import asyncio
import contextlib
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Final
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE: Final = 60.0
"""Seconds after which a reader takes the app for dead."""
LARGEST: Final = 2**26
COUNT: Final = re.compile(r"\((\d+)\)$")
"""How many passages a choice of a filter would leave, at the end of its label."""


class Browser:
    """What one reader's browser keeps from one connection to the next: cookies, and the query string."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.address = ""
        self._cookies = CookieJar()

    @contextlib.asynccontextmanager
    async def visit(self) -> AsyncIterator["Visit"]:
        """Load the page, which may give a cookie, and open its socket."""
        await asyncio.to_thread(self._load)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies().items())
        async with connect(
            f"ws{self.url.removeprefix('http')}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin="{0.scheme}://{0.netloc}".format(urlsplit(self.url)),  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies} if cookies else {},
            max_size=LARGEST,
            open_timeout=PATIENCE,
            proxy=None,
        ) as socket:
            yield Visit(self, socket)

    def cookies(self) -> Mapping[str, str]:
        """Those that were given so far."""
        return {cookie.name: cookie.value or "" for cookie in self._cookies}

    def _load(self) -> None:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )
        with opener.open(f"{self.url}/", timeout=PATIENCE) as answer:
            answer.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands on a page."""

    elements: tuple[Element, ...]

    def widgets(self) -> Mapping[str, Any]:
        """The widgets by their keys, which end their ids."""
        drawn: list[Any] = [getattr(each, kind) for each in self.elements if (kind := each.WhichOneof("type"))]
        return {each.id.split("-", 2)[-1]: each for each in drawn if each.DESCRIPTOR.name in _SET}

    def choices(self, key: str) -> Iterator[str]:
        """Labels of a filter whose counts promise passages."""
        if key in (widgets := self.widgets()):
            labels = [option.content for option in widgets[key].options]
            yield from (label for label in labels if (found := COUNT.search(label)) and int(found[1]))

    def html(self) -> str:
        """All HTML that was given to Streamlit, and the headings."""
        return "\n".join(each.html.body or each.heading.body for each in self.elements)

    def exceptions(self) -> list[str]:
        """What went wrong."""
        return [each.exception.message for each in self.elements if each.HasField("exception")]


class Visit:
    """An open socket, and the page as the last run drew it."""

    def __init__(self, browser: Browser, socket: ClientConnection) -> None:
        self._browser = browser
        self._socket = socket
        self._script = ""
        self._drawn: dict[tuple[int, ...], Element] = {}
        self._states: dict[str, WidgetState] = {}

    async def run(self, **changed: object) -> float:
        """Change widgets, named by their keys, and run the page; seconds until it is finished."""
        for key, value in changed.items():
            _put(self.state(key), value)
        message = BackMsg()
        message.rerun_script.query_string = self._browser.address
        message.rerun_script.page_script_hash = self._script
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._finished(ForwardMsg.FromString(await self._received())):
                pass
        seconds = time.perf_counter() - begun
        self._keep()
        return seconds

    async def _received(self) -> bytes:
        received = await self._socket.recv()
        return received if isinstance(received, bytes) else received.encode()

    def _finished(self, message: ForwardMsg) -> bool:
        """Take a message in; whether it ends the run, which a rerun from within does not."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
            self._drawn.clear()
        elif kind == "page_info_changed":
            self._browser.address = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._drawn[tuple(message.metadata.delta_path)] = message.delta.new_element
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _keep(self) -> None:
        """Of widgets that stand on the page, keep what the reader chose, unless the server has set it."""
        kept = self._states
        widgets = self.page.widgets().values()
        self._states = {
            widget.id: kept[widget.id] if widget.id in kept and not widget.set_value else _as_set(widget)
            for widget in widgets
        }

    @property
    def page(self) -> Page:
        """What stands on the page."""
        return Page(elements=tuple(self._drawn.values()))

    def state(self, key: str) -> WidgetState:
        """What a widget on the page is set to."""
        return self._states[self.page.widgets()[key].id]


def _as_set(widget: Any) -> WidgetState:
    """What the server sets a widget to."""
    state = WidgetState(id=widget.id)
    _put(state, _SET[widget.DESCRIPTOR.name](widget))
    return state


_SET: Final[Mapping[str, Any]] = {
    "TextInput": lambda widget: widget.value if widget.set_value else widget.default,
    "Radio": lambda widget: widget.raw_value if widget.set_value else widget.options[widget.default],
    "Pagination": lambda widget: widget.value if widget.set_value else widget.default,
    "Slider": lambda widget: [float(each) for each in (widget.value if widget.set_value else widget.default)],
    "ButtonGroup": lambda widget: (
        tuple(widget.raw_values) if widget.set_value else tuple(widget.options[at].content for at in widget.default)
    ),
}
"""Kind of widget -> the value that the server gives it; other kinds are not sent, and so keep their defaults."""


def _put(state: WidgetState, value: object) -> None:
    if isinstance(value, str):
        state.string_value = value
    elif isinstance(value, int):
        state.int_value = value
    elif isinstance(value, list):
        state.double_array_value.data[:] = value
    elif isinstance(value, tuple):
        state.string_array_value.data[:] = value
        state.string_array_value.SetInParent()  # an empty choice is sent too
