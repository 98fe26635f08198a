"""mistralai and openrouter, really calling: each request of theirs is one whole event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import aso
from aso.testing import capture_events
from tests.speakeasy_sdks.scripted import Script, Sdk, answer, each_sdk

pytestmark = pytest.mark.sdk


def said(event: aso.Event) -> tuple[Any, ...]:
    usage = event.usage
    return event.outcome, event.attempts, usage.source, usage.input_tokens, usage.output_tokens


@each_sdk
def test_a_call_is_one_whole_event(sdk: Sdk) -> None:
    with capture_events() as events:
        sdk.ask(sdk.open(Script(answer(sdk))), model=sdk.model)
    [event] = events
    found = event.to_dict()
    assert found["sdk"] == {"name": sdk.name, "version": sdk.version}
    assert (event.provider, event.publisher, event.endpoint) == (
        *(sdk.provider, "mistral", "chat/completions"),
    )
    assert (event.request_model, event.model) == (sdk.model, f"{sdk.model}-2411")
    assert (event.operation, event.stream, event.http_status) == ("chat", False, 200)
    assert said(event) == ("completed", 1, "provider", 11, 22)


@each_sdk
def test_an_awaited_call_is_one_event(sdk: Sdk) -> None:
    with capture_events() as events:
        asyncio.run(sdk.ask_async(sdk.open(Script(answer(sdk))), model=sdk.model))
    assert [said(event) for event in events] == [("completed", 1, "provider", 11, 22)]


@each_sdk
def test_a_client_made_before_is_captured_too(sdk: Sdk) -> None:
    client = sdk.open(Script(answer(sdk)))
    with capture_events() as events:
        sdk.ask(client, model=sdk.model)
    assert [event.sdk_name for event in events] == [sdk.name]


@each_sdk
def test_a_client_whose_sdk_alone_is_named_is_captured(sdk: Sdk) -> None:
    with aso.instrument(sinks=[], integrations=[sdk.provider]), capture_events() as events:
        sdk.ask(sdk.open(Script(answer(sdk))), model=sdk.model)
        sdk.http_client(Script({})).post(f"https://api.{sdk.provider}.ai/v1/chat/completions")
    assert [event.sdk_name for event in events] == [sdk.name]


@each_sdk
def test_retries_are_attempts_of_one_call(sdk: Sdk) -> None:
    busy = (503, {"message": "busy"})
    with capture_events() as events:
        client = sdk.open(Script(busy, answer(sdk)), retry_config=sdk.again_at_once())
        sdk.ask(client, model=sdk.model)
    assert [said(event) for event in events] == [("completed", 2, "provider", 11, 22)]


@each_sdk
def test_awaited_retries_are_attempts_of_one_call(sdk: Sdk) -> None:
    busy = (503, {"message": "busy"})
    with capture_events() as events:
        client = sdk.open(Script(busy, answer(sdk)), retry_config=sdk.again_at_once())
        asyncio.run(sdk.ask_async(client, model=sdk.model))
    assert [said(event) for event in events] == [("completed", 2, "provider", 11, 22)]


@each_sdk
def test_an_error_answer_is_an_error_at_no_cost(sdk: Sdk) -> None:
    with capture_events() as events, pytest.raises(Exception):
        sdk.ask(sdk.open(Script((400, {"message": "no"}))), model=sdk.model)
    [event] = events
    assert (event.outcome, event.http_status, event.error_type) == ("error", 400, "400")
    assert str(event.cost.total) == "0"


@each_sdk
def test_a_call_that_never_left_costs_nothing(sdk: Sdk) -> None:
    with capture_events() as events, pytest.raises(sdk.http.ConnectError):
        client = sdk.open(Script(sdk.http.ConnectError("down")), retry_config=sdk.never_again())
        sdk.ask(client, model=sdk.model)
    [event] = events
    assert (event.outcome, event.error_type) == ("error", "ConnectError")
    assert str(event.cost.total) == "0"


@each_sdk
def test_a_refusal_reaches_the_caller_untouched(sdk: Sdk) -> None:
    script = Script(answer(sdk))
    with aso.instrument(sinks=[], policy={"denied_models": [f"{sdk.provider}:*"]}):
        client = sdk.open(script, retry_config=sdk.again_at_once())
        with capture_events() as events, pytest.raises(aso.ModelNotAllowedError):
            sdk.ask(client, model=sdk.model)
        with pytest.raises(aso.ModelNotAllowedError):
            asyncio.run(sdk.ask_async(client, model=sdk.model))
    assert script.requests == []
    assert [event.kind for event in events] == ["refused"]


@each_sdk
def test_a_header_of_dimensions_stays_here(sdk: Sdk) -> None:
    script = Script(answer(sdk))
    given = {"X-ASO-Dims": "team=search"}
    with capture_events() as events:
        sdk.ask(sdk.open(script), model=sdk.model, http_headers=given)
        sdk.ask(sdk.open(script, headers={"X-ASO-Dims": "app=web"}), model=sdk.model)
    assert [event.dims for event in events] == [{"team": "search"}, {"app": "web"}]
    names = [name for request in script.requests for name in request.headers]
    assert [name for name in names if name.lower().startswith("x-aso")] == []
    assert given == {"X-ASO-Dims": "team=search"}


@each_sdk
def test_a_gateway_that_nobody_mapped_is_counted(sdk: Sdk) -> None:
    with capture_events() as events:
        client = sdk.open(Script(answer(sdk)), server_url="https://gateway.internal/ai")
        sdk.ask(client, model=sdk.model)
    assert [(event.provider, event.host) for event in events] == [("unknown", "gateway.internal")]
    assert said(events[0]) == ("completed", 1, "provider", 11, 22)


@each_sdk
def test_what_reaches_the_wire_is_the_same(sdk: Sdk) -> None:
    script = Script(answer(sdk))
    bare = sdk.ask(sdk.open(script), model=sdk.model)
    with capture_events():
        watched = sdk.ask(sdk.open(script), model=sdk.model)
    sent = [(one.method, one.url, one.headers, one.content) for one in script.requests]
    assert sent[0] == sent[1]
    assert (type(watched), watched) == (type(bare), bare)


@each_sdk
def test_without_aso_the_sdk_is_its_own(sdk: Sdk) -> None:
    name = sdk.client.__module__.replace(".sdk", ".basesdk")
    base = __import__(name, fromlist=["BaseSDK"]).BaseSDK
    before = base.__dict__["do_request"]
    with aso.instrument(sinks=[]):
        assert base.__dict__["do_request"] is not before
    assert base.__dict__["do_request"] is before


@each_sdk
def test_a_client_that_sends_by_itself_is_said_to_be_unseen(
    sdk: Sdk, caplog: pytest.LogCaptureFixture
) -> None:
    client = sdk.open(Script(answer(sdk)))
    http = client.sdk_configuration.client
    http.send = http.send  # as mistralai's own tracing does, with its first traced request
    with capture_events() as events:
        sdk.ask(client, model=sdk.model)
    assert events == []
    assert f"{sdk.name} sends by a client that is not seen" in caplog.text
