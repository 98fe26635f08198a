"""Images: generations, edits and variations, whole or as events with partial images.

Fields: the types of openai 3.54 (ImagesResponse, ImageGenCompletedEvent), and recordings
(2026-11-24). Older models, Together and Nebius say no usage, and are billed by the image: images
are counted then. An SVG is written by a model of its own, whose tokens stand in ``svg_usage``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, fields, items, plain, text
from aso.wire.chat_completions import COUNTERS as CHAT
from aso.wire.responses import COUNTERS as RESPONSES
from aso.wire.shape import Answer, Shape


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from a whole answer; the images themselves are not looked at."""
    said = fields(body)
    answer.model = text(said.get("model")) or answer.model
    answer.generation_id = text(said.get("id")) or answer.generation_id
    answer.usage = _usage(said)
    if images := len(items(said.get("data"))):
        answer.note("units", {"images": images})
    answer.complete = True


def _usage(said: Mapping[str, Any]) -> Any:
    usage, drawn = said.get("usage"), said.get("svg_usage")
    if drawn is None:
        return usage
    both: dict[str, Any] = {**(plain(usage) or {}), "svg_usage": plain(drawn)}
    return both


def observer(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: the last one holds the usage."""
    images = 0

    def observe(event: Any) -> None:
        nonlocal images
        if (text(field(event, "type")) or "").endswith(".completed"):
            images += 1
            answer.usage = _usage(fields(event)) or answer.usage
            answer.note("units", {"images": images})
            answer.complete = True

    return observe


def request_chars(body: Mapping[str, Any]) -> int | None:
    """Return None: nobody bills a prompt's tokens here without saying how many."""
    del body
    return None


def conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return how many images were asked for, of which size and quality: what they may cost by.

    A long body is not read for it.
    """
    number = body.get("n")
    found: dict[str, Any] = {
        "units": {"images": number if type(number) is int and number > 0 else 1}
    }
    for name in ("size", "quality"):
        said = body.get(name)
        if isinstance(said, str) and said != "auto" and len(said) <= _LONGEST:
            found[name] = said
    return found


_LONGEST = 16  # of a size or a quality: anything longer is none
COUNTERS: Counters = RESPONSES._replace(  # OpenRouter's name the parts as chat completions do
    cache_write_input_tokens=RESPONSES.cache_write_input_tokens + CHAT.cache_write_input_tokens,
    reasoning_output_tokens=RESPONSES.reasoning_output_tokens + CHAT.reasoning_output_tokens,
    input_audio_tokens=RESPONSES.input_audio_tokens + CHAT.input_audio_tokens,
    input_image_tokens=RESPONSES.input_image_tokens + CHAT.input_image_tokens,
    output_audio_tokens=RESPONSES.output_audio_tokens + CHAT.output_audio_tokens,
    output_image_tokens=RESPONSES.output_image_tokens + CHAT.output_image_tokens,
    web_search_requests=("server_tool_use.web_search_requests",),
    units={
        "svg_input_tokens": ("svg_usage.input_tokens",),
        "svg_output_tokens": ("svg_usage.output_tokens",),
    },
)

SHAPE = Shape(
    name="images",
    read=read,
    observer=observer,
    request_chars=request_chars,
    conditions=conditions,
    counters=COUNTERS,
)
