"""A program that records events, ships them, and is killed or not: what the soak runs many of.

Each event is told by a line of the file TOLD once it is recorded: its id and its number. Numbers
begin at 1; name and number are in the event, so that two events of one call could be seen. The
last line says how many were dropped.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import aso
from aso.sinks import IngestSink

_OFTEN = 50  # events, after which a program has its events delivered at once


def main() -> None:
    """Record, tell, deliver."""
    chosen = _arguments()
    out = os.open(chosen.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sink = IngestSink(chosen.url, chosen.key, timeout_s=chosen.timeout, max_batch_events=200)
    aso.instrument(sinks=[sink])
    for number in range(1, chosen.events + 1):
        is_poison = chosen.poison > 0 and number % chosen.poison == 0
        event = aso.record(
            provider="openai",
            model="gpt-5.4",
            usage={"prompt_tokens": number},
            dimensions={"program": chosen.name, "app": "poison" if is_poison else "soak"},
        )
        os.write(out, f"{event.event_id} {number}\n".encode())  # durable: the caller has it
        if chosen.pause:
            time.sleep(chosen.pause)
        elif number % _OFTEN == 0:
            aso.flush(0.02)
    while chosen.wait and not aso.flush(1.0):
        pass
    if chosen.linger:
        sys.stdin.read()
    os.write(out, f"dropped {aso.stats().dropped}\n".encode())


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "key", "name", "told"):
        arguments.add_argument(name)
    arguments.add_argument("--events", type=int, required=True)
    arguments.add_argument("--poison", type=int, default=0, help="mark one event in so many")
    arguments.add_argument("--pause", type=float, default=0.0, help="seconds after each event")
    arguments.add_argument("--timeout", type=float, default=0.4, help="seconds, the sink's")
    arguments.add_argument("--linger", action="store_true", help="end when the input is closed")
    arguments.add_argument("--wait", action="store_true", help="end when all is delivered")
    return arguments.parse_args()


if __name__ == "__main__":
    main()
