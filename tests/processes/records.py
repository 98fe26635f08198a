"""Programs that record calls made by other means: no SDK, so they start at once.

Each prints, at once, the generation id of every event. Run as
``python -m tests.processes.records ROLE URL [ARGUMENT...]``; the url is for those that call.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import aso
from tests.processes.calls import MODEL, say


def one(number: int) -> None:
    """Record a call."""
    name = f"{os.getpid()}-{number}"
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    aso.record(provider="openai", model=MODEL, usage=usage, generation_id=name)
    say(name)


def some(_: str, count: str = "3") -> None:
    """Record calls, and leave by the end of the program."""
    aso.instrument()
    for number in range(int(count)):
        one(number)


def wait_after_some(_: str) -> None:
    """Record calls, then wait for a signal; nothing of ours handles it."""
    some("")
    time.sleep(60)


def crash(_: str) -> None:
    """Record calls and die at once, before anything was delivered."""
    some("")
    os.kill(os.getpid(), signal.SIGKILL)


def for_ever(_: str) -> None:
    """Record calls until killed."""
    aso.instrument()
    number = 0
    while True:
        one(number)
        number += 1
        time.sleep(0.001)


def function(_: str, budget_s: str) -> None:
    """Answer events like a function in a cloud: a call, a flush, the answer, and it may be frozen."""
    aso.instrument()
    for number, _line in enumerate(sys.stdin):
        one(number)
        say(str(aso.flush(float(budget_s))))


def answer(_: str) -> None:
    """Record a call for each line; deliver whenever there is time."""
    aso.instrument()
    for number, _line in enumerate(sys.stdin):
        one(number)


def two_sinks(_: str, slow: str, count: str) -> None:
    """Deliver to the ledger and to an endpoint; say how many are with both after a flush."""
    from aso.sinks import IngestSink, LedgerSink

    aso.instrument(sinks=[LedgerSink(), IngestSink(slow, os.environ["ASO_API_KEY"])])
    for number in range(int(count)):
        one(number)
    sys.stdin.readline()
    say(f"{aso.stats().delivered} {aso.stats().pending}")


def many(_: str, count: str) -> None:
    """Record large events for an endpoint that is down; say what is pending and dropped."""
    aso.instrument(dimensions={f"{number}-{'k' * 30}": "\u00e9" * 64 for number in range(8)})
    usage = {"prompt_tokens": 10}
    for _number in range(int(count)):
        aso.record(provider="openai", model=MODEL, usage=usage)
    aso.flush(0.5)  # the next look of the background keeps the bound
    found = aso.stats()
    say(f"{found.pending} {found.dropped}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
