"""Images, audio, reranking: one event each, with the provider's numbers or what could be counted."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import openai
import pytest

from aso.records import Event
from aso.testing import capture_events
from tests.openai_sdk.scripted import Body, Script, client, http, sse

pytestmark = pytest.mark.sdk

IMAGE_USAGE = {
    "input_tokens": 50,
    "input_tokens_details": {"image_tokens": 40, "text_tokens": 10},
    "output_tokens": 60,
    "output_tokens_details": {"image_tokens": 55, "text_tokens": 5},
    "total_tokens": 110,
}
PICTURE = base64.b64encode(bytes(90_000)).decode()
has_image_streams = pytest.mark.skipif(
    not hasattr(openai.types, "ImageGenCompletedEvent"), reason="this SDK streams no images"
)


def one(events: list[Event]) -> Event:
    assert len(events) == 1
    return events[0]


def draw(answer: Any, **options: Any) -> Event:
    with capture_events() as events:
        client(Script(answer)).images.generate(prompt="a cat", **options)
    return one(events)


def plain(content: bytes, kind: str) -> Any:
    transport = http.MockTransport(
        lambda request: http.Response(200, headers={"content-type": kind}, stream=Body([content]))
    )
    return openai.OpenAI(api_key="sk-test", http_client=http.Client(transport=transport))


def test_image_tokens_are_the_providers() -> None:
    event = draw({"created": 1, "data": [{"b64_json": PICTURE}], "usage": IMAGE_USAGE}, model="m")
    assert (event.operation, event.usage.source, event.model) == ("image", "provider", "m")
    assert (event.usage.input_tokens, event.usage.input_image_tokens) == (50, 40)
    assert (event.usage.output_tokens, event.usage.output_image_tokens) == (60, 55)
    assert event.usage.units == {}


def test_the_size_and_quality_that_were_asked_for_decide_the_price() -> None:
    options = {"model": "dall-e-3", "size": "1792x1024", "quality": "hd"}
    event = draw({"created": 1, "data": [{"url": "u"}]}, **options)
    assert event.pricing_conditions == {"size": "1792x1024", "quality": "hd"}
    assert (event.cost.total, event.cost.status) == (Decimal("0.12"), "priced")


def test_images_without_usage_are_counted() -> None:
    event = draw({"created": 1, "data": [{"url": "u"}, {"url": "v"}]}, model="dall-e-2", n=2)
    assert (event.usage.units, event.usage.source) == ({"images": 2}, "estimate")
    assert event.usage.input_tokens is None


def test_images_that_cost_only_a_sum_have_that_cost() -> None:
    with capture_events() as events:
        answer = {"data": [{"url": "u"}], "usage": {"cost_in_usd_ticks": 200_000_000}}
        client(Script(answer), base_url="https://api.x.ai/v1").images.generate(prompt="a cat")
    event = one(events)
    assert (event.cost.total, event.cost.source) == (Decimal("0.02"), "provider")
    assert (event.usage.units, event.usage.source) == ({"images": 1}, "provider")


def test_drawing_an_svg_has_tokens_of_its_own() -> None:
    svg = {"model": "gpt-x", "input_tokens": 7, "output_tokens": 8, "total_tokens": 15}
    event = draw({"created": 1, "data": [{}], "usage": IMAGE_USAGE, "svg_usage": svg}, model="m")
    assert event.usage.units == {"svg_input_tokens": 7, "svg_output_tokens": 8}
    assert (event.usage.input_tokens, event.cost.status) == (50, "unpriced")


def test_a_failed_image_counts_none() -> None:
    with capture_events() as events, pytest.raises(openai.BadRequestError):
        client(Script((400, {"error": {}}))).images.generate(prompt="a cat", model="dall-e-3")
    assert (one(events).usage.units, one(events).cost.total) == ({}, 0)


@has_image_streams
@pytest.mark.parametrize("raw", [False, True], ids=["parsed", "bytes"])
def test_a_stream_of_partial_images_ends_with_its_usage(raw: bool) -> None:
    partial = {"type": "image_generation.partial_image", "b64_json": PICTURE}
    whole = {"type": "image_generation.completed", "b64_json": PICTURE, "usage": IMAGE_USAGE}
    images = client(Script(sse([partial, partial, whole]))).images
    with capture_events() as events:
        if raw:
            with images.with_streaming_response.generate(prompt="a", stream=True) as response:
                assert len(b"".join(response.iter_bytes())) > len(PICTURE)
        else:
            assert len(list(images.generate(prompt="a", stream=True))) == 3
    event = one(events)
    assert (event.outcome, event.stream, event.usage.output_tokens) == ("completed", True, 60)


def hear(answer: Any, **options: Any) -> Event:
    with capture_events() as events:
        heard = client(Script(answer)).audio.transcriptions
        heard.create(file=b"sound", model="whisper-1", **options)
    return one(events)


def test_a_transcription_by_duration_has_seconds_and_no_tokens() -> None:
    event = hear({"text": "Hello.", "usage": {"type": "duration", "seconds": 4}})
    assert (event.operation, event.model) == ("transcription", "whisper-1")
    assert (event.usage.units, event.usage.source) == ({"audio_seconds": 4}, "provider")
    assert event.usage.input_tokens is None


def test_a_verbose_transcription_says_its_duration_beside_the_text() -> None:
    event = hear({"text": "Hello.", "duration": 3.5, "language": "en", "task": "transcribe"})
    assert event.usage.units == {"audio_seconds": Decimal("3.5")}


def test_subtitles_are_a_whole_answer_without_usage() -> None:
    with capture_events() as events:
        said = plain(b"1\n00:00 --> 00:01\nHello.", "text/plain").audio.transcriptions.create(
            file=b"sound", model="whisper-1", response_format="srt"
        )
    event = one(events)
    assert isinstance(said, str) and event.outcome == "completed"
    assert (event.usage.source, event.cost.total) == ("none", None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_translation_is_an_operation_of_its_own() -> None:
    with capture_events() as events:
        client(Script({"text": "Hello."})).audio.translations.create(file=b"s", model="whisper-1")
    assert (one(events).operation, one(events).endpoint) == ("translation", "audio/translations")


def test_speech_is_counted_by_the_characters_that_were_sent() -> None:
    with capture_events() as events:
        speech = plain(b"\xff\xf3" * 50_000, "audio/mpeg").audio.speech
        assert len(speech.create(input="Hello.", model="tts-1", voice="alloy").content) == 100_000
    event = one(events)
    assert (event.operation, event.outcome) == ("speech", "completed")
    assert (event.usage.units, event.usage.source) == ({"input_characters": 6}, "estimate")


def test_speech_that_is_streamed_to_a_file_is_counted_alike() -> None:
    speech = plain(b"\xff\xf3" * 50_000, "audio/mpeg").audio.speech.with_streaming_response
    with capture_events() as events:
        with speech.create(input="Hello.", model="tts-1", voice="alloy") as response:
            assert len(b"".join(response.iter_bytes())) == 100_000
    event = one(events)
    assert (event.outcome, event.usage.units) == ("completed", {"input_characters": 6})


def test_speech_events_end_with_their_usage() -> None:
    usage = {"input_tokens": 3, "output_tokens": 9, "total_tokens": 12}
    done = {"type": "speech.audio.done", "usage": usage}
    speech = client(Script(sse([{"type": "speech.audio.delta", "audio": "AAAA"}, done]))).audio
    with capture_events() as events:
        made = speech.speech.with_streaming_response.create(input="Hi", model="m", voice="alloy")
        with made as response:
            assert b"delta" in b"".join(response.iter_bytes())
    event = one(events)
    assert (event.usage.output_tokens, event.usage.units) == (9, {})


@pytest.mark.parametrize(
    ("path", "answer", "units"),
    [
        ("/rerank", {"meta": {"billed_units": {"search_units": 2}}}, {"search_units": 2}),
        ("/ocr", {"usage_info": {"pages_processed": 3, "doc_size_bytes": 9}}, {"pages": 3}),
    ],
)
def test_what_is_billed_by_no_token_has_its_unit(path: str, answer: Any, units: Any) -> None:
    with capture_events() as events:
        client(Script(answer)).post(path, cast_to=object, body={"model": "m"})
    assert (one(events).kind, one(events).usage.units) == ("call", units)


def test_filling_in_the_middle_is_a_completion_with_a_chats_answer() -> None:
    answer = {"model": "codestral", "choices": [{"message": {"content": "x"}}]}
    usage = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
    with capture_events() as events:
        body = {"model": "codestral", "prompt": "def f"}
        client(Script({**answer, "usage": usage})).post(
            "/fim/completions", cast_to=object, body=body
        )
    event = one(events)
    assert (event.operation, event.prompt_chars, event.usage.input_tokens) == ("completion", 5, 5)
