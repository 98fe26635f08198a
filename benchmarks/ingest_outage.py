"""A day without the endpoint, in minutes: what is kept, what is asked meanwhile, what comes after.

    python -m benchmarks.ingest_outage [--hours 24] [--speed 120] [--seed N]

Time runs faster for the programs (fast_clock.py), so that their pauses, the journal's looks and
ages, and the sink's time limits are those of a day. All day the endpoint refuses, hangs, answers
503, or 429 with ``Retry-After``, an hour of each in turn. Three programs at once record an event a
second; one of them lives all day, the others some hours each, and every second one of these is
killed (-9): what it leaves is adopted by another, which cannot deliver it either.
"""

from __future__ import annotations

import argparse
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.fast_clock import FastClock
from tests.sinks.faulty_way import FaultyWay
from tests.sinks.soak import Crowd, Outcome, Plan, outcome, settled
from tests.sinks.soak_endpoint import NAMES, Endpoint, endpoint_named

_HOUR_S = 3600.0
_LIFE_H = (1.0, 6.0)
_AT_ONCE = 3
_AFTERWARDS_S = 600.0  # how much longer the first one lives
_KINDS = ("refused", "hang", "503", "429:600")
_PROGRAM = ("--pause=1", "--timeout=60")  # of their time: half a second of the endpoint's
_NO_PLAN = Plan(programs=0, events=0, poison=0)
_LOOK_S = 0.2  # by the real clock


class Day(NamedTuple):
    """What was seen while the endpoint was away, beside what was lost: nothing, it is hoped."""

    outcome: Outcome
    asked: int
    programs: int
    most_files: int
    most_bytes: int
    delivered_in_s: float  # from its return to the last event that was told by then; real seconds


def main() -> int:
    """Run the day; return 1 if anything was lost, dropped, or is there twice."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hours", type=float, default=24.0)
    arguments.add_argument("--speed", type=int, default=120)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--endpoint", choices=NAMES, default="scripted")
    chosen = arguments.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        clock = FastClock(Path(folder), chosen.speed)
        with endpoint_named(chosen.endpoint)(Path(folder) / "endpoint") as endpoint:
            day = Outage(Path(folder), clock, endpoint, chosen.seed).run(chosen.hours)
    told = {**day.outcome._asdict(), **day._asdict()}
    del told["outcome"]
    text = "  ".join(f"{name} {value:,.0f}" for name, value in told.items())
    print(f"hours {chosen.hours:g}  speed {chosen.speed}  seed {chosen.seed}  {text}")
    print(f"seconds {time.monotonic() - began:.0f}")
    lost = day.outcome
    return int(bool(lost.missing or lost.doubled or lost.both or lost.dropped))


class Outage:
    """The programs, and the way to an endpoint that leads nowhere until it does."""

    def __init__(self, folder: Path, clock: FastClock, endpoint: Endpoint, seed: int) -> None:
        self._clock, self._endpoint = clock, endpoint
        self._chance = random.Random(seed)
        self._began = clock.now()
        self._until = 0.0
        self._asked = self._files = self._bytes = self._killed = 0
        self._way = FaultyWay(endpoint.port, self._faults(), endpoint.kill)
        self._crowd = Crowd(folder, endpoint.key, self._way.url, _NO_PLAN, self._chance)
        self._crowd.clock = clock.environment
        self._journal = folder / "home" / "journal"
        self._running: dict[subprocess.Popen[bytes], float] = {}  # and when each is killed

    def run(self, hours: float) -> Day:
        """Let the endpoint be away for so long; then let it be back, and wait for the last event."""
        with self._way:
            self._until = self._began + hours * _HOUR_S
            self._start(hours * _HOUR_S + _AFTERWARDS_S, is_killed=False)
            while self._clock.now() < self._until:
                self._look()
                time.sleep(_LOOK_S)
            asked, late_s = self._asked, self._back()
            for one in self._running:
                one.wait()
            aside = settled(self._crowd, self._endpoint)
            found = outcome(self._crowd, self._endpoint, aside)
            found = found._replace(clients_killed=self._killed)
            return Day(found, asked, self._crowd.started, self._files, self._bytes, late_s)

    def _look(self) -> None:
        for one, end in list(self._running.items()):
            if self._clock.now() >= end:
                one.kill()
                self._running[one] = float("inf")
                self._killed += 1
            if one.poll() is not None:
                del self._running[one]
        while len(self._running) < _AT_ONCE:
            is_killed = self._crowd.started % 2 == 1
            most_s = self._until - self._clock.now() + _AFTERWARDS_S
            life_s = min(self._chance.uniform(*_LIFE_H) * _HOUR_S, most_s)
            self._start(life_s, is_killed=is_killed)
        if self._kind() == "refused":
            self._way.deafen()
        else:
            self._way.listen()
        sizes = [path.stat().st_size for path in self._journal.glob("*/*.seg") if path.exists()]
        self._files, self._bytes = max(self._files, len(sizes)), max(self._bytes, sum(sizes))

    def _start(self, life_s: float, *, is_killed: bool) -> None:
        end = self._clock.now() + life_s if is_killed else float("inf")
        self._running[self._crowd.start(int(life_s), *_PROGRAM)[0]] = end

    def _back(self) -> float:
        """Have the endpoint back; return how long it took until it had all that was told by then."""
        told, _ = self._crowd.told()
        self._way.faults = itertools.repeat(None)
        self._way.listen()
        began = time.monotonic()
        while told - {row.event_id for row in self._endpoint.found()}:
            time.sleep(_LOOK_S)
        return time.monotonic() - began

    def _kind(self) -> str:
        return _KINDS[int((self._clock.now() - self._began) // _HOUR_S) % len(_KINDS)]

    def _faults(self) -> Iterator[str | None]:
        while True:
            self._asked += 1
            yield self._kind()


if __name__ == "__main__":
    sys.exit(main())
