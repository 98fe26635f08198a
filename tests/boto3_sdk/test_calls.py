"""boto3: one operation of Bedrock's runtime is one event; nothing else of AWS is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from boto3 import Session
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

import aso
from tests.boto3_sdk.scripted import (
    ANSWER,
    EXPECTED,
    FRAMES,
    MESSAGE,
    MODEL,
    QUESTION,
    Script,
    outline,
    playing,
)
from tests.serving import serving

BUSY = (503, {"message": "Busy."})
REFUSED = (400, {"message": "No."})
STREAMED = {**EXPECTED, "endpoint": "converse-stream", "stream": True}
INVOKED = {"endpoint": "invoke", "operation": "messages", "model": "claude-haiku-4-5-20251001"}
PROFILE = """
[profile assumed]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = own
[profile own]
aws_access_key_id = none
aws_secret_access_key = none
region = us-east-1
"""
ROLE = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
BODY = json.dumps({"max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]})


def ask(client: Any) -> Any:
    return client.converse(modelId=MODEL, messages=QUESTION)


def test_an_answer_is_one_event() -> None:
    with playing(ANSWER) as (client, events, _):
        assert ask(client)["stopReason"] == "end_turn"
    assert [outline(event) for event in events] == [EXPECTED]


def test_a_stream_is_one_event() -> None:
    with playing(FRAMES) as (client, events, _):
        stream = client.converse_stream(modelId=MODEL, messages=QUESTION)["stream"]
        assert len(list(stream)) == len(FRAMES)
    assert [outline(event) for event in events] == [STREAMED]


def test_a_stream_that_is_closed_early_is_one_cancelled_event() -> None:
    with playing([*FRAMES[:2], None]) as (client, events, _):
        stream = client.converse_stream(modelId=MODEL, messages=QUESTION)["stream"]
        assert len(list(islice(stream, 2))) == 2
        stream.close()
    [event] = events
    assert (event.outcome, event.stream, event.usage.source) == ("cancelled", True, "estimate")


def test_a_body_that_the_caller_reads_is_one_event() -> None:
    with playing(MESSAGE) as (client, events, _):
        body = client.invoke_model(modelId=MODEL, body=BODY)["body"]
        assert (isinstance(body, StreamingBody), json.loads(body.read())) == (True, MESSAGE)
    assert [outline(event) for event in events] == [{**EXPECTED, **INVOKED}]


READINGS: dict[str, Callable[[Any], Any]] = {
    "a buffer": lambda body: io.BufferedReader(body).readline(),
    "lines": lambda body: body.readlines(),
    "a line": lambda body: [body._raw_stream.readline(), body._raw_stream.readline()],
    "the raw response's lines": lambda body: list(body._raw_stream),
}


@pytest.mark.parametrize("reading", READINGS)
def test_a_body_that_is_read_otherwise_is_the_same_event(reading: str) -> None:
    with playing(MESSAGE) as (client, events, _):
        body = client.invoke_model(modelId=MODEL, body=BODY)["body"]
        assert READINGS[reading](body)
        body.close()
    assert [outline(event) for event in events] == [{**EXPECTED, **INVOKED}]


def test_retries_are_attempts_of_one_call() -> None:
    with playing(BUSY, ANSWER) as (client, events, script):
        ask(client)
    assert [outline(event) for event in events] == [{**EXPECTED, "attempts": 2}]
    assert len(script.requests) == 2


def test_an_error_is_one_event_and_botocores_own() -> None:
    with playing(REFUSED) as (client, events, _):
        with pytest.raises(ClientError):
            ask(client)
    [event] = events
    assert (event.outcome, event.http_status, event.usage.source) == ("error", 400, "none")


def test_a_refusal_reaches_the_caller_and_nothing_the_wire() -> None:
    policy = {"denied_models": ["bedrock:anthropic.*"]}
    with playing(ANSWER, policy=policy) as (client, events, script):
        with pytest.raises(aso.ModelNotAllowedError):
            ask(client)
    assert [(event.kind, event.provider) for event in events] == [("refused", "bedrock")]
    assert script.requests == []


def test_another_service_of_aws_is_no_call() -> None:
    with playing({}) as (_, events, script):
        script.client("lambda").invoke(FunctionName="responses", Payload=b"{}")
    assert (events, len(script.requests)) == ([], 1)


def test_a_role_that_is_assumed_for_it_is_no_call_and_no_attempt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(PROFILE)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with playing(ANSWER) as (_, events, script), serving(Script(ROLE)) as issuer:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://{issuer.host}")
        ask(script.client(session=Session(profile_name="assumed")))
    assert [outline(event) for event in events] == [EXPECTED]
    assert (len(issuer.requests), len(script.requests)) == (1, 1)
