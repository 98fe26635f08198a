"""Programs that ship through faults, and are killed: is anything missing at the endpoint?

By the tests for seconds, by ``benchmarks.ingest_soak`` for as long as one likes. A seed decides
what fails and when; what runs in between is the machine's own.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aso
from aso.sinks.ingest_spool import Spool
from tests.sinks.ingest_server import FAULTS, KEY, IngestServer

PROGRAM = """
import sys
import aso
from aso.sinks import IngestSink

url, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
aso.instrument(sinks=[IngestSink(url, key, timeout_s=0.3, max_batch_events=200)])
for number in range(count):
    event = aso.record(provider="openai", model="gpt-5.4", usage={"prompt_tokens": number + 1})
    print(event.event_id, flush=True)  # it is durable: the caller has it
    if number % 50 == 49:
        aso.flush(0.02)
while "wait" in sys.argv and not aso.flush(1):
    pass
print(aso.stats().dropped, flush=True)
"""


class Outcome(NamedTuple):
    """What the programs were told, and what became of it."""

    seen: int
    delivered: int
    set_aside: int
    missing: int
    both: int  # delivered and set aside
    dropped: int
    faults: int


def soak(
    home: Path, seed: int, *, programs: int, events: int, failing: float, poison: int
) -> Outcome:
    """Run programs one after the other, every second one killed; then one that delivers the rest.

    ``failing``: the part of the requests that meet a fault; ``poison``: one event in so many gets
    its batch a 400.
    """
    chance, failed = random.Random(seed), list[str]()
    with IngestServer() as server:
        server.is_remembering, server.patience_s = False, 0.5
        server.is_poison = lambda event: event["prompt_tokens"] % poison == 0
        server.faults = _faults(chance, failing, failed)
        seen, dropped = set[str](), 0
        for number in range(programs):
            ids, gone = _program(home, server, events, chance if number % 2 else None)
            seen |= ids
            dropped += gone
        server.faults = iter(())
        aside = _settled(home, server, seen)
        delivered = {identity for identity, _ in server.events}
    missing, both = seen - delivered - aside, delivered & aside
    sums = (len(delivered), len(aside), len(missing), len(both))
    return Outcome(len(seen), *sums, dropped, len(failed))


def _faults(chance: random.Random, failing: float, failed: list[str]) -> Iterator[str | None]:
    while True:
        fault = chance.choice(FAULTS) if chance.random() < failing else None
        if fault is not None:
            failed.append(fault)
        yield fault


def _program(
    home: Path, server: IngestServer, events: int, chance: random.Random | None, *more: str
) -> tuple[set[str], int]:
    """Run one to its end, or until ``chance`` kills it; return the ids it printed, and drops."""
    root = str(Path(aso.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "ASO_HOME": str(home)}
    command = [sys.executable, "-c", PROGRAM, server.url, KEY, str(events), *more]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = list[str]()
        limit = events + 1 if chance is None else chance.randrange(1, events)
        for line in process.stdout:
            lines.append(line.decode().strip())
            if len(lines) == limit and chance is not None:
                process.kill()
    lines = [line for line in lines if line]
    ids = {line for line in lines if len(line) > 30}
    return ids, sum(int(line) for line in lines if line.isdecimal())


def _settled(home: Path, server: IngestServer, seen: set[str]) -> set[str]:
    """Have programs adopt what the killed ones left, until all is settled or nothing moves."""
    aside, deadline = set[str](), time.monotonic() + 60
    while time.monotonic() < deadline:
        with_us, _ = _program(home, server, 1, None, "wait")
        seen |= with_us
        kept = Spool.of(home).kept()
        aside = {str(one.refused.document["event_id"]) for one in kept}
        if not seen - aside - {identity for identity, _ in server.events}:
            break
    return aside
