"""Jobs that bill when they are done: assistants' runs, batches, videos, sessions of managed agents.

The creating call answers before anything is billed; a later GET, or the end of a run's stream, says
what was. Fields: the types of openai 3.54 (Run, Batch, Video), and recordings of OpenAI and xAI
(2026-11-24); BetaManagedAgentsSession of anthropic 2.14, whose usage is that of all turns (2026-11-26).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aso.usage import Counters
from aso.wire.access import field, fields, moment_ms, plain, text
from aso.wire.audio import no_chars
from aso.wire.chat_completions import COUNTERS as CHAT
from aso.wire.completions import no_conditions
from aso.wire.messages import COUNTERS as MESSAGES
from aso.wire.responses import COUNTERS as RESPONSES
from aso.wire.shape import Answer, Shape

_DONE = frozenset({"completed", "failed", "cancelled", "expired", "incomplete", "done"})
_WAITS = "requires_action"
SUMMED = {"processing": "batch", "summed": True}  # the usage is that of many requests


def head(said: Mapping[str, Any], answer: Answer) -> str | None:
    """Note id, model and usage, and whether it is over; return its status, in small letters."""
    status = (text(said.get("status")) or "").lower()  # Together's is in capitals
    identity = text(said.get("id")) or text(said.get("batch_id")) or text(said.get("request_id"))
    answer.generation_id = (identity or answer.generation_id or "").rpartition("/")[2] or None
    answer.model = text(said.get("model")) or text(said.get("model_id")) or answer.model
    answer.usage = said.get("usage")
    answer.settle(is_over=status in _DONE)
    return status


def read_run(body: Any, answer: Answer) -> None:
    """Fill the Answer from an assistant's run."""
    status = head(fields(body), answer)
    answer.complete = answer.later == "settled" or status == _WAITS


def observe_run(answer: Answer) -> Callable[[Any], None]:
    """Return the function that reads one event: an SDK's has the run inside, the wire's is it."""

    def observe(event: Any) -> None:
        run = field(event, "data") or event
        if field(run, "object") == "thread.run":
            read_run(run, answer)

    return observe


def batch_in(body: Any) -> Mapping[str, Any]:
    """Return the fields of a batch; Together's creation has it inside."""
    said = fields(body)
    return fields(said.get("job")) or said


def read_batch(body: Any, answer: Answer) -> None:
    """Fill the Answer from a batch: half price, as of its submission."""
    said = batch_in(body)
    head(said, answer)
    if answer.later == "settled" and answer.usage is None:
        answer.settle(is_over=False)  # the host counts elsewhere: nothing is settled here
        if field(said.get("request_counts"), "completed") == 0:
            answer.settle_unbilled("nothing was answered")
    answer.note("conditions", SUMMED)
    if (created := moment_ms(said.get("created_at"))) is not None:
        answer.note("priced_at_ms", created)
    answer.complete = True


def read_video(body: Any, answer: Answer) -> None:
    """Fill the Answer from a video: billed by its seconds, once there is one."""
    said = fields(body)
    status = head(said, answer)
    seconds = said.get("seconds") or field(said.get("video"), "duration")
    if status in {"completed", "done"} and seconds is not None:
        answer.note("units", {"video_seconds": str(seconds)})
    answer.complete = True


def read_agent_session(body: Any, answer: Answer) -> None:
    """Fill the Answer from a session of a managed agent: its turns are over once it is, or is put away."""
    said = fields(body)
    answer.model = text(field(field(said.get("agent"), "model"), "id"))
    answer.generation_id = text(said.get("id")) or answer.generation_id
    is_over = said.get("status") == "terminated" or said.get("archived_at") is not None
    if is_over and (usage := fields(plain(said.get("usage")))):
        lifetimes = fields(usage.get("cache_creation")).values()
        wrote = sum(count for count in lifetimes if isinstance(count, int))
        answer.usage = {**usage, "cache_creation_input_tokens": wrote}
    answer.settle(is_over=is_over)
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
# What it takes beside tokens is billed by the time that it worked (the docstring of active_seconds).
AGENT_SESSIONS = RUNS._replace(
    name="agent_sessions",
    read=read_agent_session,
    observer=observe_whole(read_agent_session),
    counters=MESSAGES._replace(units={"session_seconds": ("active_seconds",)}),
)
