"""Google's videos: begun by ``predictLongRunning``, settled by whoever sees the operation's end.

As recorded (2026-08-11, crmne/ruby_llm's cassettes on GitHub: a request of 4 seconds and every look at
it) and as google-genai 3.6 reads it (_operations_converters.py): the end lists the videos and nothing
of their length. They are billed by the second that was asked for (docs.litellm.ai/docs/providers/gemini/videos,
2026-11-26), which only the request says: a process that began one remembers it, others count videos.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, fields, items, text
from aso.wire.audio import no_chars
from aso.wire.jobs import observe_whole
from aso.wire.remembered import Remembered
from aso.wire.shape import Answer, Shape

_EACH = "seconds_each"
_ASKED: Remembered[int | float] = Remembered()  # operation → seconds of each of its videos


def read(body: Any, answer: Answer) -> None:
    """Fill the Answer from an operation, as it is begun or looked at."""
    said = fields(body)
    model, _, identity = (text(said.get("name")) or "").rpartition("/operations/")
    if not identity:
        return
    answer.generation_id = identity
    answer.model = model.rpartition("/")[2] or answer.model
    if answer.asked is not None and _EACH in answer.asked:
        _ASKED.keep(identity, answer.asked[_EACH])
    is_over = said.get("done") is True
    answer.settle(is_over=is_over)
    if is_over:
        _note_videos(identity, said, answer)
    answer.complete = True


def _note_videos(identity: str, said: Mapping[str, Any], answer: Answer) -> None:
    if said.get("error") is not None:
        answer.failure = text(field(said["error"], "status")) or "operation_failed"
    found = fields(said.get("response"))
    inside = fields(found.get("generateVideoResponse"))  # at Vertex they stand a level higher
    count = len(items(inside.get("generatedSamples")) or items(found.get("videos")))
    each = _ASKED.get(identity)
    if count and each is not None:
        answer.note("units", {"video_seconds": count * each})
    elif count:
        answer.note("units", {"videos": count})


def conditions(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the seconds that each video is to last, where the request says it."""
    seconds = field(body.get("parameters"), "durationSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    return {_EACH: seconds}


SHAPE = Shape(
    name="google_videos",
    read=read,
    observer=observe_whole(read),
    request_chars=no_chars,
    conditions=conditions,
    counters=Counters(),
)
