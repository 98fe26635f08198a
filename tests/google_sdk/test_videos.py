"""Google's videos: begun once, settled once; by the second where this process asked for them.

The operations are those of the cassettes that aso/wire/google_videos.py names; at Vertex, as
google-genai reads them.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from google.genai import types
from google.oauth2.credentials import Credentials

from aso.wire import google_videos
from tests.google_sdk.scripted import captured, playing

MODEL = "veo-3.1-lite-generate-preview"
NAME = f"models/{MODEL}/operations/7jxcn7jnwqzr"
AT_VERTEX = f"projects/p/locations/global/publishers/google/{NAME}"
BEGUN = {"name": NAME}
SAMPLE = {"video": {"uri": "https://generativelanguage.googleapis.com/v1beta/files/0g:download"}}


def over(name: str = NAME, **end: Any) -> dict[str, Any]:
    return {"name": name, "done": True, **end}


DONE = over(response={"generateVideoResponse": {"generatedSamples": [SAMPLE, SAMPLE]}})


def outline(event: Any) -> tuple[Any, ...]:
    units = {name: str(number) for name, number in event.usage.units.items()}
    return event.revision, event.usage.source, units


def generate(script: Any, parameters: Any, looks: int) -> None:
    """Begin a video and look at it, as many a program does: with an HTTP client alone."""
    url = f"http://{script.host}/v1beta"
    asked = {"instances": [{"prompt": "a calm ocean wave"}], "parameters": parameters}
    httpx.post(f"{url}/models/{MODEL}:predictLongRunning", json=asked)
    for _ in range(looks):
        httpx.get(f"{url}/{NAME}")


@pytest.fixture(autouse=True)
def nothing_was_asked() -> None:
    google_videos._ASKED.clear()


def test_a_video_is_settled_by_the_seconds_that_were_asked_for() -> None:
    with playing(BEGUN, BEGUN, DONE, DONE) as script, captured(script) as events:
        generate(script, {"durationSeconds": 4, "sampleCount": 2}, 3)
    assert [outline(one) for one in events] == [
        (0, "none", {}),
        (1, "estimate", {"video_seconds": "8"}),
        (1, "estimate", {"video_seconds": "8"}),
    ]
    assert len({one.event_id for one in events}) == 1
    assert [(one.operation, one.model) for one in events] == [("video", MODEL)] * 3


def test_a_video_of_an_unknown_length_is_counted() -> None:
    with playing(BEGUN, DONE) as script, captured(script) as events:
        generate(script, {}, 1)
    assert [outline(one) for one in events] == [(0, "none", {}), (1, "estimate", {"videos": "2"})]
    assert events[1].cost.total is None


def test_a_video_that_failed_says_so_and_has_no_seconds() -> None:
    failed = over(error={"code": 3, "status": "INVALID_ARGUMENT", "message": "No."})
    with playing(BEGUN, failed) as script, captured(script) as events:
        generate(script, {"durationSeconds": 4}, 1)
    assert [(one.error_type, *outline(one)) for one in events] == [
        (None, 0, "none", {}),
        ("INVALID_ARGUMENT", 1, "none", {}),
    ]


def test_what_was_filtered_out_is_no_video() -> None:
    filtered = over(response={"generateVideoResponse": {"raiMediaFilteredCount": 1}})
    with playing(BEGUN, filtered) as script, captured(script) as events:
        generate(script, {"durationSeconds": 4}, 1)
    assert [outline(one) for one in events] == [(0, "none", {}), (1, "none", {})]


def test_a_look_at_nothing_that_is_known_is_no_event() -> None:
    error = {"error": {"code": 404, "status": "NOT_FOUND", "message": "No."}}
    with playing((404, error)) as script, captured(script) as events:
        httpx.get(f"http://{script.host}/v1beta/{NAME}")
    assert events == []


@pytest.mark.skipif(
    not hasattr(types, "GenerateVideosSource"), reason="this version takes videos in another form"
)
def test_the_sdk_settles_a_video_of_vertex() -> None:
    begun = {"name": AT_VERTEX}
    done = over(AT_VERTEX, response={"videos": [{"gcsUri": "gs://b/v.mp4"}]})
    with playing(begun, begun, done) as script:
        with captured(script, hosts={script.host: "vertex"}) as events:
            client = script.client_of_vertex(Credentials("t"))  # type: ignore[no-untyped-call]
            config = types.GenerateVideosConfig(duration_seconds=6)
            source = types.GenerateVideosSource(prompt="A wave.")
            operation = client.models.generate_videos(model=MODEL, source=source, config=config)
            while not operation.done:
                operation = client.operations.get(operation)
    assert [(one.endpoint, *outline(one)) for one in events] == [
        ("predictLongRunning", 0, "none", {}),
        ("fetchPredictOperation", 1, "estimate", {"video_seconds": "6"}),
    ]
    assert {one.provider for one in events} == {"vertex"}
