"""Real servers: a request is answered under what came in with it, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest
import requests
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

import aso
from aso.context import current
from tests.propagation.serving_apps import uvicorn_of, wsgiref_of

KEYS = ["team", "app"]
COMING = {"baggage": "user=1,team=them"}
THEM = {"team": "them"}
Serve = Callable[[Any], AbstractContextManager[str]]
trusting = partial(aso.propagate, keys=KEYS, trust=True)


def received() -> dict[str, str]:
    return dict(current().received)


# --- ASGI -----------------------------------------------------------------------------------------


async def whole(request: Request) -> JSONResponse:
    del request
    await asyncio.sleep(0)
    return JSONResponse(received())


def in_a_thread(request: Request) -> JSONResponse:
    del request
    return JSONResponse(received())


async def streamed(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        for _ in range(2):
            await asyncio.sleep(0)
            yield json.dumps(received()) + "\n"

    del request
    return StreamingResponse(parts())


def starlette() -> Starlette:
    endpoints = {"/": whole, "/thread": in_a_thread, "/stream": streamed}
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in endpoints.items()])


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer what is in force; an application may be a plain function."""
    del receive
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(received()).encode()})


@pytest.fixture(scope="module")
def asgi() -> Iterator[str]:
    with uvicorn_of(trusting(starlette())) as url:
        yield url


@pytest.mark.parametrize(
    ("path", "lines"), [("/", [THEM]), ("/thread", [THEM]), ("/stream", [THEM, THEM])]
)
def test_an_asgi_application_answers_under_what_came_in(
    asgi: str, path: str, lines: list[Any]
) -> None:
    answer = requests.get(asgi + path, headers=COMING, timeout=60)
    assert [json.loads(line) for line in answer.text.splitlines()] == lines


def test_requests_on_one_connection_know_nothing_of_each_other(asgi: str) -> None:
    with requests.Session() as session:
        found = [
            session.get(asgi, headers=headers, timeout=60).json()
            for headers in (COMING, {}, {"baggage": "team=other"}, {"baggage": "nobody=1"})
        ]
    assert found == [THEM, {}, {"team": "other"}, {}]


def test_what_an_application_does_after_its_answer_is_under_it_too() -> None:
    seen: list[dict[str, str]] = []

    def later(request: Request) -> JSONResponse:
        return JSONResponse({}, background=BackgroundTask(lambda: seen.append(received())))

    with uvicorn_of(trusting(Starlette(routes=[Route("/", later)]))) as url:
        requests.get(url, headers=COMING, timeout=60)
    assert seen == [THEM]


def test_a_plain_function_is_an_asgi_application() -> None:
    with uvicorn_of(trusting(bare)) as url:
        assert requests.get(url, headers=COMING, timeout=60).json() == THEM


def test_headers_in_parts_are_one_baggage() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"baggage", b"team=them"), (b"x", b"y"), (b"baggage", b"app=shop")]
    asyncio.run(trusting(bare)({"type": "http", "headers": headers}, None, send))
    assert json.loads(sent[1]["body"]) == {**THEM, "app": "shop"}


@pytest.mark.parametrize(
    "scope", [{"type": "lifespan"}, {"type": "unheard-of"}, {"type": "http", "headers": [(b"x",)]}]
)
def test_what_is_no_request_passes(scope: Any) -> None:
    passed: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append((scope, receive, send, received()))

    asyncio.run(trusting(app)(scope, 1, 2))
    assert passed == [(scope, 1, 2, {})]


def test_an_application_is_still_what_it_was() -> None:
    app = starlette()
    carrying = trusting(app)
    assert (carrying.routes, isinstance(carrying, Starlette)) == (app.routes, True)
    carrying.state.db = "mine"
    assert app.state.db == "mine"


def test_an_error_of_the_application_is_its_own_and_leaves_nothing() -> None:
    error = KeyError("mine")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise error

    async def ask() -> dict[str, str]:
        with pytest.raises(KeyError) as caught:
            await trusting(app)({"type": "http", "headers": [(b"baggage", b"team=a")]}, None, None)
        assert caught.value is error
        return received()

    assert asyncio.run(ask()) == {}


# --- WSGI -----------------------------------------------------------------------------------------


class Parts:
    """A body that is made while it is sent, with something to close."""

    def __init__(self) -> None:
        self.closed: list[dict[str, str]] = []

    def __iter__(self) -> Iterator[bytes]:
        for name in ("one", "two"):
            with aso.dimensions(step=name):
                yield json.dumps([received(), dict(current().dims)]).encode() + b"\n"

    def close(self) -> None:
        self.closed.append(received())


parts = Parts()


def wsgi(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "application/json")])
    if environ["PATH_INFO"] == "/stream":
        return parts
    if environ["PATH_INFO"] == "/file":
        return environ["wsgi.file_wrapper"](Path(__file__).open("rb"))
    return [json.dumps(received()).encode()]


def test_a_wsgi_application_answers_under_what_came_in() -> None:
    with wsgiref_of(trusting(wsgi)) as url:
        found = [requests.get(url, headers=each, timeout=60).json() for each in (COMING, {})]
    assert found == [THEM, {}]


def test_a_body_that_is_made_while_it_is_sent_is_under_it_too() -> None:
    parts.closed.clear()
    with wsgiref_of(trusting(wsgi)) as url:
        text = requests.get(f"{url}/stream", headers=COMING, timeout=60).text
    steps = [json.loads(line) for line in text.splitlines()]
    assert steps == [[THEM, {"step": "one"}], [THEM, {"step": "two"}]]
    assert parts.closed == [THEM]


def test_nothing_is_in_force_in_the_server_between_the_parts() -> None:
    body = trusting(wsgi)(
        {"PATH_INFO": "/stream", "HTTP_BAGGAGE": "team=them"}, lambda *a, **k: None
    )
    assert isinstance(body, Parts)
    between = [(received(), dict(current().dims)) for _ in body]
    body.close()
    assert (between, received(), dict(current().dims)) == ([({}, {})] * 2, {}, {})


@pytest.mark.parametrize(
    ("path", "header", "kind"),
    [("/", "team=them", list), ("/file", "team=them", FileWrapper), ("/stream", "", Parts)],
)
def test_a_body_that_is_whole_or_a_file_is_the_applications_own(
    path: str, header: str, kind: type
) -> None:
    environ = {"PATH_INFO": path, "HTTP_BAGGAGE": header, "wsgi.file_wrapper": FileWrapper}
    body = trusting(wsgi)(environ, lambda *a, **k: None)
    assert type(body) is kind
    if kind is FileWrapper:
        body.close()


@pytest.mark.parametrize("serve", [uvicorn_of, wsgiref_of])
def test_a_hostile_header_costs_nobody_anything(serve: Serve) -> None:
    app = trusting(starlette() if serve is uvicorn_of else wsgi)
    hostile = [
        "team=" + "v" * 60_000,
        "team=%00%0d%0a,app=%1b",
        ",".join(f"k{n}=v" for n in range(2000)),
        "team=\xff\xfe,app=shop",
        "=;=;,,;",
    ]
    with serve(app) as url:
        answers = [requests.get(url, headers={"baggage": one}, timeout=60) for one in hostile]
    assert [(one.status_code, one.json()) for one in answers] == [
        (200, {}),
        (200, {}),
        (200, {}),
        (200, {"team": "\xff\xfe", "app": "shop"}),
        (200, {}),
    ]
