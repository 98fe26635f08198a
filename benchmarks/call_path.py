"""What aso adds on the caller's path of one durable, non-streamed call.

    python -m benchmarks.call_path [calls]

The SDK's own work (building, sending, parsing) is replaced by functions that do nothing, so what
remains is the bare call and ours around it, down to the record in the journal on the disk. The
shipper delivers to the ledger meanwhile. Between two calls the caller's thread waits ``pace`` µs, as
one does for a provider; "back to back" leaves no wait at all, so that the shipper must compete for
the interpreter with the very loop that is measured.

Beside threads that compute, no loop is without pauses: the interpreter hands over to another thread
every 5 ms, whoever runs, and the longer a call takes the likelier it is to be hit. So bare and aso
are measured in turns, and beside them a control: an empty loop that takes as long as aso does. What
the control suffers too is the machine's and the interpreter's.
"""

# ruff: noqa: ARG001 — what is replaced has the signatures of the SDK
from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import openai
import openai._base_client as base
from openai._models import FinalRequestOptions
from openai.types.chat import ChatCompletion

import aso
from aso.sinks import LedgerSink
from benchmarks.answers import REQUEST, whole
from benchmarks.sdk import http
from benchmarks.timing import added, busy, each, expect_no_errors, heading, home, percentile, row

ROUNDS = 5
_TURNS = range(1_000)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    heading("added on the caller's path of one non-streamed call, µs")
    call = stubbed_call()
    with home():
        compare("idle, 1 ms between calls", call, min(calls, 5_000), lambda: time.sleep(0.001))
        compare("idle, back to back", call, calls, None)
        with busy(4):
            compare("beside 4 busy threads", call, calls // 4, work)


def work() -> None:
    """Do a little of the caller's own between two calls, without giving the interpreter away."""
    for _ in range(2_000):
        pass


def compare(
    title: str, call: Callable[[], object], calls: int, between: Callable[[], object] | None
) -> None:
    """Measure bare, control and aso in turns, and print them and the difference."""
    ways = {
        "bare": (call, nullcontext),
        "control": (as_long_as_ours(call), nullcontext),
        "aso": (call, instrumented),
    }
    taken: dict[str, list[int]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (run, mode) in ways.items():
            with mode():
                each(run, 500)
                taken[name] += each(run, calls // ROUNDS, between)
                expect_no_errors()
    print(f"\n{title}, {len(taken['aso'])} calls each")
    for name, values in taken.items():
        print(f"  {name:18} {row(values)}")
    print(f"  {'aso - bare':18} {added(taken['aso'], taken['bare'])}")
    print(f"  {'aso - control':18} {added(taken['aso'], taken['control'])}", flush=True)


def as_long_as_ours(call: Callable[[], object]) -> Callable[[], object]:
    """Return the bare call and, after it, an empty loop that takes as long as ours does."""
    with instrumented():
        ours = percentile(each(call, 3_000), 0.5) - percentile(each(lambda: None, 3_000), 0.5)
    turns = range(int(ours / (percentile(each(_loop, 300), 0.5) / len(_TURNS))))

    def control() -> None:
        call()
        for _ in turns:
            pass

    return control


def _loop() -> None:
    for _ in _TURNS:
        pass


def instrumented() -> aso.Instrumentation:
    """Instrument into the local ledger."""
    return aso.instrument(sinks=[LedgerSink()])


def stubbed_call() -> Callable[[], object]:
    """Return a call of the SDK's choke point; what it does inside is replaced by nothing."""
    body = whole(1024)
    client = openai.OpenAI(api_key="none")
    request = http.Request("POST", "https://api.openai.com/v1/chat/completions")
    response = http.Response(200, content=body, request=request)
    parsed = client._process_response_data(
        data=json.loads(body), cast_to=ChatCompletion, response=response
    )

    def send(
        self: Any, cast_to: Any, options: Any, *, stream: bool = False, stream_cls: Any = None
    ) -> Any:
        self._build_request(options)
        return self._process_response(
            cast_to=cast_to,
            options=options,
            response=response,
            stream=stream,
            stream_cls=stream_cls,
            retries_taken=0,
        )

    def build(self: Any, options: Any, *, retries_taken: int = 0) -> None: ...

    def process(
        self: Any,
        *,
        cast_to: Any,
        options: Any,
        response: Any,
        stream: bool,
        stream_cls: Any,
        retries_taken: int = 0,
    ) -> Any:
        return parsed

    base.SyncAPIClient.request = send  # type: ignore[assignment]
    base.BaseClient._build_request = build  # type: ignore[assignment]
    base.SyncAPIClient._process_response = process  # type: ignore[assignment]
    options = FinalRequestOptions.construct(
        method="post", url="/chat/completions", json_data=REQUEST
    )
    return lambda: client.request(ChatCompletion, options)


if __name__ == "__main__":
    main()
