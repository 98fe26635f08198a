"""aiohttp's websockets and websocket-client: what they say to a provider is metered, as websockets' is."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
import pytest
import websocket

import aso
from aso import routes
from aso.capture import session as sessions
from aso.capture import websocket_clients
from aso.testing import capture_events
from aso.wire import realtime as wire
from tests.conformance.faults import sabotaged
from tests.websocket_clients.realtime import ANSWER, MODEL, created, outline, said, session
from tests.websocket_clients.server import BREAK, Talk, speaking
from tests.websocket_clients.test_connections import chain

ASK = json.dumps({"type": "response.create"})
DONE = ("completed", "provider", 132, 121)
PATH = f"/v1/realtime?model={MODEL}"


def by_websocket_client(talk: Talk, reads: int, **options: Any) -> list[Any]:
    """Connect, ask, receive as many messages, close."""
    socket = websocket.create_connection(f"ws://{talk.host}{PATH}", timeout=5, **_header(options))
    try:
        socket.send(ASK)
        return [socket.recv() for _ in range(reads)]
    finally:
        socket.close()


def by_app(talk: Talk, reads: int, **options: Any) -> list[Any]:
    """The same by its app, which calls back."""
    found: list[Any] = []

    def on_message(app: Any, message: Any) -> None:
        found.append(message)
        if len(found) == reads:
            app.close()

    app = websocket.WebSocketApp(
        f"ws://{talk.host}{PATH}",
        on_open=lambda app: app.send(ASK),
        on_message=on_message,
        **_header(options),
    )
    app.run_forever()
    return found


def _header(options: Mapping[str, str]) -> dict[str, Any]:
    return (
        {"header": [f"{name}: {value}" for name, value in options["headers"].items()]}
        if options
        else {}
    )


def by_aiohttp(talk: Talk, reads: int, **options: Any) -> list[Any]:
    async def speak() -> list[Any]:
        async with aiohttp.ClientSession() as http:
            place = f"ws://{talk.host}/v1/realtime"
            async with http.ws_connect(place, params={"model": MODEL}, **options) as socket:
                await socket.send_str(ASK)
                return [(await socket.receive()).data for _ in range(reads)]

    return asyncio.run(speak())


class Way(NamedTuple):
    name: str
    speak: Callable[..., list[Any]]


WAYS = (
    Way("websocket-client", by_websocket_client),
    Way("websocket-client", by_app),
    Way("aiohttp", by_aiohttp),
)
# WebSocketApp hands every error to its on_error.
that_raises = pytest.mark.parametrize("way", WAYS[::2], ids=["websocket-client", "aiohttp"])
each_way = pytest.mark.parametrize("way", WAYS, ids=["websocket-client", "its app", "aiohttp"])


@each_way
def test_each_answer_is_a_call(way: Way) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        messages = way.speak(talk, 5)
    assert [json.loads(one)["type"] for one in messages][-1] == "response.done"
    assert [(one.sdk_name, one.request_model, outline(one)[:4]) for one in events] == [
        (way.name, MODEL, DONE)
    ]


@each_way
def test_an_answer_that_is_left_is_cancelled(way: Way) -> None:
    talk = Talk([created(), said("Hello there, you.")], greeting=[session()])
    with speaking(talk) as events:
        way.speak(talk, 3)
    assert [outline(one)[:4] for one in events] == [("cancelled", "estimate", None, 5)]


@that_raises
def test_a_refused_model_is_not_connected_to(way: Way) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk, policy={"denied_models": ["openai:gpt-realtime*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            way.speak(talk, 5)
    assert (talk.handshakes, [one.kind for one in events]) == ([], ["refused"])


@each_way
def test_dimensions_of_a_header_stay_here(way: Way) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    headers = {"X-ASO-Dims": "team=search", "X-Own": "1"}
    with speaking(talk) as events:
        way.speak(talk, 5, headers=headers)
    assert [one.dims for one in events] == [{"team": "search"}]
    assert (talk.handshakes[0].headers["X-Own"], len(headers)) == ("1", 2)
    assert "X-ASO-Dims" not in talk.handshakes[0].headers


@that_raises
def test_a_connection_that_is_refused_is_an_error(way: Way) -> None:
    talk = Talk([], status=HTTPStatus.UNAUTHORIZED)
    with speaking(talk) as events, pytest.raises(Exception, match="401|Invalid response status"):
        way.speak(talk, 1)
    assert [(one.outcome, one.http_status, str(one.cost.total)) for one in events] == [
        ("error", 401, "0")
    ]


@pytest.mark.parametrize("url", ["ws://:/", "ws://example.org:port/"])
def test_an_address_that_is_none_is_no_call(url: str) -> None:
    async def open_it() -> None:
        async with aiohttp.ClientSession() as session:
            await session.ws_connect(url)

    with aso.instrument(sinks=[]), capture_events() as events:
        with pytest.raises(aiohttp.InvalidURL):
            asyncio.run(open_it())
        assert aso.stats().internal_errors == 0
    assert events == []


def test_a_connection_that_breaks_is_an_error() -> None:
    talk = Talk([created(), BREAK], greeting=[session()])
    with speaking(talk) as events, pytest.raises(websocket.WebSocketConnectionClosedException):
        by_websocket_client(talk, 5)
    assert [(one.outcome, one.error_type) for one in events] == [
        ("error", "WebSocketConnectionClosedException")
    ]


@each_way
def test_a_connection_to_nobody_known_is_not_touched(way: Way) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk) as events:
        aso.uninstrument()
        aso.instrument(sinks=[])
        way.speak(talk, 5)
    assert events == []


def seen(talk: Talk) -> list[Any]:
    """Return what a caller of each client sees: its messages, its object, how its methods look."""
    found: list[Any] = [way.speak(talk, 5) for way in WAYS]
    socket = websocket.create_connection(f"ws://{talk.host}{PATH}", timeout=5)
    found += [_looks(socket, ("recv", "recv_data_frame", "send", "close")), socket.connected]
    socket.close()

    async def looks() -> Any:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"ws://{talk.host}{PATH}") as ws,
        ):
            return [*_looks(ws, ("receive", "send_str", "send_bytes", "close")), ws.closed]

    return [*found, asyncio.run(looks())]


def _looks(connection: Any, names: tuple[str, ...]) -> list[Any]:
    methods = [getattr(connection, name) for name in names]
    return [type(connection)] + [
        (
            str(inspect.signature(one)),
            one.__name__,
            inspect.iscoroutinefunction(one),
            one.__self__ is connection,
        )
        for one in methods
    ]


def test_a_caller_sees_the_same_with_aso_on() -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk):
        with_aso = seen(talk)
        assert aso.stats().internal_errors == 0
        aso.uninstrument()
        assert with_aso == seen(talk)


@pytest.mark.parametrize(
    ("owner", "function"),
    [
        (routes, "connected"),
        (websocket_clients.Aiohttp, "handshake"),
        (websocket_clients.WebsocketClient, "handshake"),
        (websocket_clients.OfAiohttp, "read"),
        (websocket_clients.OfWebsocketClient, "read"),
        (sessions.Session, "__init__"),
        (sessions.Session, "asks"),
        (sessions.Session, "ended"),
        (wire.Realtime, "told"),
    ],
)
def test_a_caller_sees_the_same_when_a_stage_of_ours_fails(owner: Any, function: str) -> None:
    talk = Talk(ANSWER, greeting=[session()])
    with speaking(talk), sabotaged(owner, function):
        with_aso = seen(talk)
        assert aso.stats().internal_errors > 0
        aso.uninstrument()
        assert with_aso == seen(talk)


@pytest.mark.parametrize(
    ("answer", "options"),
    [([], {"status": HTTPStatus.UNAUTHORIZED}), ([created(), BREAK], {})],
    ids=["refused", "cut"],
)
@that_raises
def test_a_caller_sees_the_same_errors_with_aso_on(way: Way, answer: Any, options: Any) -> None:
    talk = Talk(answer, greeting=[session()], **options)
    with speaking(talk):
        with_aso = told(way, talk)
        assert aso.stats().internal_errors == 0
        aso.uninstrument()
        assert with_aso == told(way, talk)


def told(way: Way, talk: Talk) -> Any:
    try:
        return way.speak(talk, 4)
    except Exception as error:
        return chain(error)[:1]
