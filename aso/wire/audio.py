"""Audio: what is heard (transcriptions, translations) and what is spoken (speech).

Fields: the types of openai 3.54 (Transcription, TranscriptionTextDoneEvent, SpeechAudioDoneEvent),
and recordings of OpenAI, Mistral, OpenRouter and Cohere (2026-11-24). Subtitles, plain text and
sound are no JSON and say no usage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import characters, field, fields, text
from aso.wire.chat_completions import COUNTERS as CHAT
from aso.wire.completions import no_conditions
from aso.wire.shape import Answer, Shape

_ENDS = frozenset({"transcript.text.done", "transcription.done", "speech.audio.done"})


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer, or from an event that ends one."""
    said = fields(body)
    answer.model = text(said.get("model")) or answer.model
    answer.usage = usage = said.get("usage")
    answer.service_tier = text(field(usage, "service_tier"))
    if usage is not None:  # without, most are billed by the second: characters would mislead
        answer.chars = characters(said.get("text"))
    if isinstance(seconds := said.get("duration"), (int, float)):
        answer.note("units", {"audio_seconds": str(seconds)})
    answer.complete = True


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: the last one holds text and usage."""

    def observe(event: Any) -> None:
        if text(field(event, "type")) in _ENDS:
            read(event, answer)

    return observe


def no_chars(body: Mapping[str, Any]) -> int | None:
    """Return None: sound has no characters."""
    del body
    return None


def spoken_chars(body: Mapping[str, Any]) -> int | None:
    """Return the characters of the text to speak; xAI's ``tts`` names it so."""
    sent = body.get("input") or body.get("text")
    return len(sent) if isinstance(sent, str) else None


def spoken(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the characters as the unit that speech is billed by, where it says no usage."""
    count = spoken_chars(body)
    return None if count is None else {"units": {"input_characters": count}}


COUNTERS = Counters(
    input_tokens=("input_tokens", "prompt_tokens"),
    output_tokens=("output_tokens", "completion_tokens"),
    total_tokens=("total_tokens",),
    cache_read_input_tokens=CHAT.cache_read_input_tokens,
    input_audio_tokens=(
        "input_token_details.audio_tokens",
        "input_tokens_details.audio_tokens",
        "prompt_tokens_details.audio_tokens",
    ),
    units={"audio_seconds": ("seconds", "prompt_audio_seconds")},
)

TRANSCRIPTION = Shape(
    name="transcription",
    read=read,
    observer=observer,
    request_chars=no_chars,
    conditions=no_conditions,
    counters=COUNTERS,
    takes_any_body=True,
)
SPEECH = TRANSCRIPTION._replace(name="speech", request_chars=spoken_chars, conditions=spoken)
