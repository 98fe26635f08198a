"""xai-sdk over a real gRPC server on this machine: each request is one event, nothing changed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.xai_sdk.server import MODEL, Server, grpc, usage

xai_sdk: Any = pytest.importorskip("xai_sdk")
from xai_sdk.chat import user  # noqa: E402

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]
TOLD = ("completed", "provider", 100, 64, 50, 30, "0.00125")
SOON = timedelta(milliseconds=1)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


@contextmanager
def captured(server: Server, **options: Any) -> Iterator[list[aso.Event]]:
    """Collect the events of calls to the server, which stands for xAI."""
    options = {"hosts": {server.host: "xai"}, **options}
    with aso.instrument(sinks=[], **options), capture_events() as events:
        yield events


def client(server: Server, kind: str = "Client") -> Any:
    options = [("grpc.enable_retries", 0)]
    made = getattr(xai_sdk, kind)
    return made("none", api_host=server.host, use_insecure_channel=True, channel_options=options)


def chat(client: Any) -> Any:
    return client.chat.create(model=MODEL, messages=[user("Say hello.")])


def asking(server: Server, ask: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    """Run one awaited question, in a loop of its own."""

    async def run() -> Any:
        async with client(server, "AsyncClient") as found:
            return await ask(chat(found))

    return asyncio.run(run())


def cost_of(event: aso.Event) -> Any:
    return event.to_dict()["total_cost_usd"]


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    counts = usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens
    return (
        *(event.outcome, usage.source, *counts, usage.reasoning_output_tokens),
        cost_of(event),
    )


def test_a_sample_is_one_whole_event(server: Server) -> None:
    with captured(server) as events:
        answer = chat(client(server)).sample()
    [event] = events
    found = event.to_dict()
    assert answer.content == "Hello!"
    assert said(event) == TOLD
    assert found["sdk"] == {"name": "xai-sdk", "version": xai_sdk.__version__}
    assert (event.provider, event.endpoint, event.operation) == ("xai", "GetCompletion", "chat")
    assert (event.request_model, event.model) == (MODEL, f"{MODEL}-0709")
    assert (event.generation_id, event.host, event.stream) == ("c-1", "127.0.0.1", False)
    assert (event.prompt_chars, event.completion_chars) == (len("Say hello."), len("Hello!"))
    assert (event.attempts, event.attempts_unknown, event.http_status) == (1, 0, 200)


def test_a_stream_is_one_event(server: Server) -> None:
    with captured(server) as events:
        pieces = [chunk.content for _, chunk in chat(client(server)).stream()]
    assert pieces == ["Hel", "lo!"]
    assert [(said(event), event.stream) for event in events] == [(TOLD, True)]


def test_an_awaited_sample_is_one_event(server: Server) -> None:
    with captured(server) as events:
        answer = asking(server, lambda chat: chat.sample())
    assert answer.content == "Hello!"
    assert [said(event) for event in events] == [TOLD]


def test_an_awaited_stream_is_one_event(server: Server) -> None:
    async def read(chat: Any) -> list[str]:
        return [chunk.content async for _, chunk in chat.stream()]

    with captured(server) as events:
        assert asking(server, read) == ["Hel", "lo!"]
    assert [(said(event), event.stream) for event in events] == [(TOLD, True)]


def test_a_stream_that_is_left_is_cancelled(server: Server) -> None:
    with captured(server) as events:
        for _ in chat(client(server)).stream():
            break
        gc.collect()
    [event] = events
    assert (event.outcome, event.usage.source, event.usage.input_tokens) == (
        *("cancelled", "partial", 100),
    )
    assert (event.http_status, event.attempts_unknown) == (200, 0)


def test_an_awaited_stream_that_is_left_is_cancelled(server: Server) -> None:
    async def leave(chat: Any) -> None:
        stream = chat.stream()
        await anext(stream)
        await stream.aclose()

    with captured(server) as events:
        asking(server, leave)
    assert [event.outcome for event in events] == ["cancelled"]


def test_many_answers_to_one_request_are_one_event(server: Server) -> None:
    with captured(server) as events:
        assert len(chat(client(server)).sample_batch(3)) == 3
    assert [(said(event), event.completion_chars) for event in events] == [(TOLD, 18)]


def test_tools_on_xais_side_are_counted(server: Server) -> None:
    tools = ["SERVER_SIDE_TOOL_WEB_SEARCH", "SERVER_SIDE_TOOL_WEB_SEARCH", "SERVER_SIDE_TOOL_MCP"]
    server.chat.usage = usage(server_side_tools_used=tools, num_sources_used=3)
    with captured(server) as events:
        chat(client(server)).sample()
    [event] = events
    assert event.usage.web_search_requests == 2
    assert {name: int(count) for name, count in event.usage.units.items()} == {
        "mcp_calls": 1,
        "sources": 3,
    }


def test_without_a_reported_cost_it_is_calculated(server: Server) -> None:
    server.chat.usage = usage(cost_in_usd_ticks=None)
    with captured(server) as events:
        chat(client(server)).sample()
    found = events[0].to_dict()
    assert (found["provider_cost"], found["cost_source"], found["pricing_status"]) == (
        *(None, "standard", "priced"),
    )


def test_clients_made_before_are_captured_too(server: Server) -> None:
    early = chat(client(server))
    early.sample()
    with captured(server) as events:
        early.sample()
        for _ in early.stream():
            pass
    assert [said(event) for event in events] == [TOLD, TOLD]


def test_an_awaited_client_made_before_is_xais(server: Server) -> None:
    async def ask() -> None:
        async with client(server, "AsyncClient") as early:
            with captured(server) as events:
                await chat(early).sample()
            assert [(said(event), event.provider, event.host) for event in events] == [
                (TOLD, "xai", None)
            ]

    asyncio.run(ask())


def test_a_parsed_answer_is_one_event(server: Server) -> None:
    from pydantic import BaseModel, ValidationError

    class Shape(BaseModel):
        name: str

    with captured(server) as events, pytest.raises(ValidationError):
        chat(client(server)).parse(Shape)
    assert [said(event) for event in events] == [TOLD]


def test_a_deferred_answer_is_settled_by_who_looks_at_its_end(server: Server) -> None:
    with captured(server) as events:
        answer = chat(client(server)).defer(interval=SOON)
    assert answer.content == "Hello!"
    assert [(event.revision, event.usage.source) for event in events] == [
        *((0, "none"), (1, "provider"))
    ]
    assert len({event.event_id for event in events}) == 1
    assert said(events[1]) == TOLD


def test_an_awaited_deferred_answer_is_settled_so_too(server: Server) -> None:
    with captured(server) as events:
        asking(server, lambda chat: chat.defer(interval=SOON))
    assert [(event.revision, event.usage.source) for event in events] == [
        *((0, "none"), (1, "provider"))
    ]


def test_a_compacted_context_is_one_event(server: Server) -> None:
    with captured(server) as events:
        client(server).chat.compact_context(model=MODEL, messages=[user("Hi")])
    assert [(event.endpoint, said(event)) for event in events] == [("CompactContext", TOLD)]


def test_images_cost_what_xai_says(server: Server) -> None:
    with captured(server) as events:
        client(server).image.sample(prompt="A fox", model="grok-imagine")
    [event] = events
    assert (event.operation, event.model, cost_of(event)) == (*("image", "grok-imagine", "0.07"),)


def test_a_video_is_settled_at_what_xai_says(server: Server) -> None:
    with captured(server) as events:
        client(server).video.generate(prompt="A fox", model="grok-imagine-video", interval=SOON)
    assert [(event.revision, event.operation) for event in events] == [(0, "video"), (1, "video")]
    assert (cost_of(events[1]), events[1].model) == ("0.3", "grok-imagine-video")
    assert len({event.event_id for event in events}) == 1


def test_a_batch_is_settled_at_what_xai_says(server: Server) -> None:
    with captured(server) as events:
        batches = client(server).batch
        batches.create(batch_name="nightly")
        batches.get("b-1")
    assert [event.revision for event in events] == [0, 1]
    assert cost_of(events[1]) == "0.0025"


def test_a_plain_sampling_is_one_event(server: Server) -> None:
    from xai_sdk.proto import sample_pb2, sample_pb2_grpc

    with captured(server) as events:
        stub = sample_pb2_grpc.SampleStub(client(server)._api_channel)
        asked = sample_pb2.SampleTextRequest(model=MODEL, prompt=["Say hello."])
        assert len(list(stub.SampleTextStreaming(asked))) == 2
    assert [said(event) for event in events] == [TOLD]
    assert [(one.prompt_chars, one.completion_chars) for one in events] == [(10, 6)]


@pytest.mark.parametrize("name", ["Search", "SearchInANewWay"])
def test_what_is_not_read_yet_is_counted(server: Server, name: str) -> None:
    channel = client(server)._api_channel
    method = channel.unary_unary(
        f"/xai_api.Documents/{name}", lambda request: b"", lambda answer: answer
    )
    with captured(server) as events, pytest.raises(grpc.RpcError):
        method(object())
    assert [(event.kind, event.endpoint) for event in events] == [("unmetered", name)]


def test_what_manages_is_no_event(server: Server) -> None:
    channel = client(server)._api_channel
    method = channel.unary_unary(
        "/xai_api.Models/ListLanguageModels", lambda request: b"", lambda answer: answer
    )
    with captured(server) as events, pytest.raises(grpc.RpcError):
        method(object())
    assert events == []


def test_a_refusal_reaches_the_caller_untouched(server: Server) -> None:
    with captured(server, policy={"denied_models": ["xai:grok-*"]}) as events:
        with pytest.raises(aso.ModelNotAllowedError):
            chat(client(server)).sample()
        with pytest.raises(aso.ModelNotAllowedError):
            next(chat(client(server)).stream())
        with pytest.raises(aso.ModelNotAllowedError):
            asking(server, lambda chat: chat.sample())
    assert server.chat.requests == []
    assert [event.kind for event in events] == ["refused"] * 3


def test_an_error_is_told_by_its_status(server: Server) -> None:
    server.chat.error = grpc.StatusCode.INVALID_ARGUMENT
    with captured(server) as events, pytest.raises(grpc.RpcError):
        chat(client(server)).sample()
    [event] = events
    assert (event.outcome, event.error_type, event.http_status, cost_of(event)) == (
        *("error", "INVALID_ARGUMENT", 400, "0"),
    )


def test_an_awaited_error_is_told_by_its_status(server: Server) -> None:
    server.chat.error = grpc.StatusCode.RESOURCE_EXHAUSTED
    with captured(server) as events, pytest.raises(grpc.RpcError):
        asking(server, lambda chat: chat.sample())
    assert [(event.outcome, event.error_type) for event in events] == [
        ("error", "RESOURCE_EXHAUSTED")
    ]


def test_an_error_of_a_stream_is_told_by_its_status(server: Server) -> None:
    server.chat.error = grpc.StatusCode.PERMISSION_DENIED
    with captured(server) as events, pytest.raises(grpc.RpcError):
        list(chat(client(server)).stream())
    assert [(event.error_type, event.http_status) for event in events] == [
        ("PERMISSION_DENIED", 403)
    ]


def test_a_call_that_never_left_costs_nothing(server: Server) -> None:
    server.__exit__()
    with captured(server) as events, pytest.raises(grpc.RpcError):
        chat(client(server)).sample()
    [event] = events
    assert (event.outcome, event.error_type, cost_of(event)) == (*("error", "UNAVAILABLE", "0"),)


def test_a_host_that_nobody_mapped_is_counted(server: Server) -> None:
    with captured(server, hosts={}) as events:
        chat(client(server)).sample()
    assert [(event.provider, event.host) for event in events] == [("unknown", "127.0.0.1")]


def test_what_reaches_the_server_and_the_caller_is_the_same(server: Server) -> None:
    bare = chat(client(server)).sample()
    with captured(server):
        watched = chat(client(server)).sample()
    assert server.chat.requests[0] == server.chat.requests[1]
    assert (type(watched), watched.proto) == (type(bare), bare.proto)


def test_without_aso_grpc_is_its_own(server: Server) -> None:
    chat(client(server)).sample()
    import grpc._interceptor as below

    before = below._UnaryUnaryMultiCallable.__dict__["__call__"]
    with aso.instrument(sinks=[]):
        assert below._UnaryUnaryMultiCallable.__dict__["__call__"] is not before
    assert below._UnaryUnaryMultiCallable.__dict__["__call__"] is before
