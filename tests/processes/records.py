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


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
