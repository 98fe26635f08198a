"""Policy on google-genai: refused before any I/O, through the SDK untouched."""

from __future__ import annotations

import pytest

import aso
from tests.google_sdk.scripted import (
    ANSWER,
    EXPECTED,
    STREAMED,
    Ask,
    captured,
    each_way,
    outline,
    playing,
    unanswered,
)

pytestmark = pytest.mark.sdk
DENIED = {"denied_models": ["google:gemini-2.5-*"]}
REFUSED = {"kind": "refused", "outcome": "refused", "error_type": "ModelNotAllowedError"}


@each_way
def test_a_refusal_reaches_the_caller_and_nothing_the_wire(ask: Ask) -> None:
    with playing(ANSWER) as script, captured(script, policy=DENIED) as events:
        client = script.client()
        with pytest.raises(aso.ModelNotAllowedError):
            ask.plain(client)
    assert script.requests == []
    assert [outline(event) for event in events] == [
        unanswered(EXPECTED, "attempts", "http_status", **REFUSED)
    ]


@each_way
def test_a_stream_is_refused_where_it_would_be_sent(ask: Ask) -> None:
    with playing([ANSWER]) as script, captured(script, policy=DENIED) as events:
        client = script.client()
        with pytest.raises(aso.ModelNotAllowedError):
            ask.stream(client)
    assert script.requests == []
    assert [outline(event) for event in events] == [
        unanswered(STREAMED, "stream", "attempts", "http_status", **REFUSED)
    ]
