"""Where a fault of ours is put: the owner and the name of what fails, one for each stage of a call."""

from __future__ import annotations

from typing import Any

from aso import inflight, pipeline, scanner, stream
from aso.capture import over_http, stainless, transport
from aso.policy import gate

Stages = dict[str, tuple[Any, str]]

EVERY: Stages = {
    "begin": (pipeline.Pipeline, "begin"),
    "dimensions": (pipeline.Pipeline, "dims_of"),
    "request": (inflight.Inflight, "read_request"),
    "reserve": (inflight.Inflight, "reserve"),
    "settle": (gate.Holds, "settle"),
    "finish": (inflight.Inflight, "_emit"),
    "event id": (pipeline.Pipeline, "new_event_id"),
    "journal": (pipeline.Pipeline, "emit"),
}
STAINLESS: Stages = {
    "route": (stainless, "asked"),
    **EVERY,
    "reserve, awaited": (inflight.Inflight, "areserve"),
    "attach": (stream, "attach"),
    "wrap": (stream, "parsed"),
    "answer": (inflight.Inflight, "read_answer"),
    "scan": (scanner.Scanner, "feed"),
}
OVER_HTTP: Stages = {
    "frame": (over_http, "_body_in"),
    "host": (transport, "resolve"),
    "body": (transport, "request_body"),
    **EVERY,
    "attempt": (transport.Transport, "_attempted"),
    "scan": (scanner.Scanner, "feed"),
    "end": (inflight.Inflight, "ended_by"),
}
OVER_HTTPX: Stages = {
    **OVER_HTTP,
    "reserve, awaited": (inflight.Inflight, "areserve"),
    "attach": (stream, "attach"),
    "reader": (stream, "scanner_of"),
    "end of a scan": (scanner.Scanner, "finish"),
    "answer": (inflight.Inflight, "read_answer"),
}
