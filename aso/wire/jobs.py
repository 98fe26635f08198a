"""Jobs that bill when they are done: assistants' runs, batches, videos.

The creating call answers before anything is billed; a later GET, or the end of a run's stream, says
what was. Fields: the types of openai 3.54 (Run, Batch, Video), and recordings of OpenAI and xAI
(2026-11-24).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, fields, text
from aso.wire.audio import no_chars
from aso.wire.chat_completions import COUNTERS as CHAT
from aso.wire.completions import no_conditions
from aso.wire.responses import COUNTERS as RESPONSES
from aso.wire.shape import Answer, Shape

_DONE = frozenset({"completed", "failed", "cancelled", "expired", "incomplete", "done"})
_WAITS = "requires_action"
_MILLISECONDS = 1000


def _head(said: Mapping[str, Any], answer: Answer) -> str | None:
    status = text(said.get("status"))
    identity = text(said.get("id")) or text(said.get("batch_id")) or text(said.get("request_id"))
    answer.generation_id = identity or answer.generation_id
    answer.model = text(said.get("model")) or answer.model
    answer.usage = said.get("usage")
    answer.settle(is_over=status in _DONE)
    return status


def read_run(body: Any, answer: Answer) -> None:
    """Fill the Answer from an assistant's run."""
    status = _head(fields(body), answer)
    answer.complete = answer.later == "settled" or status == _WAITS


def observe_run(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: an SDK's has the run inside, the wire's is it."""

    def observe(event: Any) -> None:
        run = field(event, "data") or event
        if field(run, "object") == "thread.run":
            read_run(run, answer)

    return observe


def read_batch(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch: half price, as of its submission."""
    said = fields(body)
    _head(said, answer)
    if answer.later == "settled" and answer.usage is None:
        answer.settle(is_over=False)  # the host counts elsewhere: nothing is settled here
    answer.note("conditions", {"processing": "batch"})
    if isinstance(created := said.get("created_at"), int):
        answer.note("priced_at_ms", created * _MILLISECONDS)
    answer.complete = True


def read_video(body: Any, answer: Answer) -> None:
    """Fill the Answer from a video: billed by its seconds, once there is one."""
    said = fields(body)
    status = _head(said, answer)
    seconds = said.get("seconds") or field(said.get("video"), "duration")
    if status in {"completed", "done"} and seconds is not None:
        answer.note("units", {"video_seconds": str(seconds)})
    answer.complete = True


def observe_whole(read: Callable[[Any, Answer], None]) -> Callable[..., Callable[[Any], None]]:
    """Return an observer for what nobody streams: a chunk would be a whole."""

    def observer(answer: Answer) -> Callable[[Any], None]:
        return lambda chunk: read(chunk, answer)

    return observer


RUNS = Shape(
    name="runs",
    read=read_run,
    observer=observe_run,
    request_chars=no_chars,
    conditions=no_conditions,
    counters=CHAT,
)
BATCHES = RUNS._replace(
    name="batches", read=read_batch, observer=observe_whole(read_batch), counters=RESPONSES
)
VIDEOS = RUNS._replace(
    name="videos", read=read_video, observer=observe_whole(read_video), counters=Counters()
)
