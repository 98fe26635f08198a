"""Programs that ship through faults and kills: is anything missing at the endpoint, or there twice?

By the tests for seconds, by ``benchmarks.ingest_soak`` for as long as one likes. A seed decides
what fails, and when; what runs in between is the machine's own.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from aso.sinks.ingest_spool import Spool
from tests.processes.running import mounted
from tests.sinks.faulty_way import FAULTS, FaultyWay
from tests.sinks.soak_endpoint import ROOT, Endpoint

_LOOK_S = 0.02
_LINE_BYTES = 42  # of one event that was told
_STUCK_S = 60.0  # without anything delivered, when all is well again
_DISK = "size=24m,mode=700"
_SERVERS_DISK = "size={}k,mode=700"
_EVENT_KB = 4  # of an endpoint's disk, and more than it takes


class Plan(NamedTuple):
    """A round: so many programs, some of them at once, that record so many events each.

    ``failing``: the part of the requests that meet a fault; ``poison``: one event in so many is
    refused by the endpoint, 0: none. ``fills``: both sides' disks fill up and are emptied, each at its
    own times; then no program is killed: what a full disk leaves in memory dies with its process
    (docs/durability.md).
    """

    programs: int
    events: int
    at_once: int = 3
    failing: float = 0.2
    poison: int = 2_003
    fills: bool = False


class Outcome(NamedTuple):
    """What the programs were told, what became of it, and what happened meanwhile."""

    told: int
    delivered: int
    set_aside: int
    missing: int  # told, and neither delivered nor set aside
    doubled: int  # rows of the endpoint beyond one for each call
    both: int  # delivered and set aside
    dropped: int
    faults: int
    clients_killed: int
    servers_killed: int
    disks_filled: int


def soak(folder: Path, seed: int, plan: Plan, kind: type[Endpoint] = Endpoint) -> Outcome:
    """Run the programs of a round; then one after the other, in peace, until nothing is owed."""
    chance, failed = random.Random(seed), list[str]()
    with ExitStack() as held:
        home = folder / "home"
        if plan.fills:
            held.enter_context(mounted(home, _DISK))
            room = _SERVERS_DISK.format((plan.programs + 6) * plan.events * _EVENT_KB)
            held.enter_context(mounted(folder / "endpoint", room))
        endpoint = held.enter_context(kind(folder / "endpoint"))
        faults = _faults(random.Random(seed), plan.failing, failed)
        way = held.enter_context(FaultyWay(endpoint.port, faults, _killer(endpoint, seed)))
        crowd = Crowd(folder, endpoint.key, way.url, plan, chance)
        disks = [home, endpoint.folder] if plan.fills else []
        spells = _spells(chance, endpoint, way, disks)
        while crowd.look():
            endpoint.revive()
            for spell in spells:
                spell.look()
            time.sleep(_LOOK_S)
        for spell in spells:
            spell.end()
        way.faults = iter(())
        aside = settled(crowd, endpoint)
        spent = (len(failed), crowd.killed, endpoint.kills, sum(one.count for one in spells[2:]))
        return outcome(crowd, endpoint, aside, spent)


class Crowd:
    """The programs of a round.

    Attributes:
        killed: how many met their end before their time.
        started: how many there were.
        clock: what the environment of the next ones has beside the usual.
    """

    def __init__(self, folder: Path, key: str, url: str, plan: Plan, chance: random.Random) -> None:
        self.home = folder / "home"
        self.killed = 0
        self.clock: dict[str, str] = {}
        self._folder, self._key, self._url, self._plan = folder, key, url, plan
        self._chance = chance
        self.started = 0
        self._running: dict[subprocess.Popen[bytes], tuple[Path, float]] = {}

    def look(self) -> bool:
        """Keep so many running as the plan says; kill the ones whose hour has come."""
        while len(self._running) < self._plan.at_once and self.started < self._plan.programs:
            is_victim = self.started % 2 == 1 and not self._plan.fills
            most = self._chance.randrange(1, self._plan.events) if is_victim else float("inf")
            program, told = self.start(self._plan.events, *(["--wait"] if self._plan.fills else []))
            self._running[program] = (told, most * _LINE_BYTES)
        for program, (told, most) in list(self._running.items()):
            if program.poll() is not None:
                del self._running[program]
            elif told.exists() and told.stat().st_size >= most:
                program.kill()
                self._running[program] = (told, float("inf"))  # once, however long it takes
                self.killed += 1
        return bool(self._running) or self.started < self._plan.programs

    def start(self, events: int, *more: str) -> tuple[subprocess.Popen[bytes], Path]:
        """Start the next program; return it with the file in which it tells."""
        name, self.started = str(self.started), self.started + 1
        told = self._folder / f"told-{name}"
        command = [sys.executable, "-m", "tests.sinks.soak_program"]
        command += [self._url, self._key, name, str(told)]
        command += [f"--events={events}", f"--poison={self._plan.poison}", *more]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ASO_HOME": str(self.home)}
        environment |= self.clock
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT), told

    def told(self) -> tuple[set[str], int]:
        """Return the ids of all events that programs told of, and how many they dropped."""
        lines = [
            line.split()
            for path in self._folder.glob("told-*")
            for line in path.read_text(encoding="ascii").splitlines()
        ]
        dropped = sum(int(count) for word, count in lines if word == "dropped")
        return {word for word, _ in lines if word != "dropped"}, dropped


class Spell:
    """Something that comes over the world and goes away, again and again, at random times."""

    def __init__(
        self,
        chance: random.Random,
        begin: Callable[[], None],
        end: Callable[[], None],
        *,
        every_s: float,
        lasts_s: float,
    ) -> None:
        self.count = 0
        self._chance, self._begin, self._end = chance, begin, end
        self._every_s, self._lasts_s = every_s, lasts_s
        self._is_on = False
        self._until = time.monotonic() + chance.uniform(0.0, 0.3) * every_s  # soon, once

    def look(self) -> None:
        """Begin or end it, where it is time."""
        if time.monotonic() >= self._until:
            if self._is_on:
                self.end()
            else:
                self._begin()
                self._is_on, self.count = True, self.count + 1
                self._until = self._next(self._lasts_s)

    def end(self) -> None:
        """End it now."""
        if self._is_on:
            self._end()
        self._is_on, self._until = False, self._next(self._every_s)

    def _next(self, mean_s: float) -> float:
        return time.monotonic() + self._chance.uniform(0.3, 1.7) * mean_s


def _spells(
    chance: random.Random, endpoint: Endpoint, way: FaultyWay, disks: Sequence[Path]
) -> list[Spell]:
    kills = Spell(chance, endpoint.kill, endpoint.revive, every_s=2.0, lasts_s=0.3)
    deaf = Spell(chance, way.deafen, way.listen, every_s=3.0, lasts_s=0.3)
    fillers = [disk / "filler" for disk in disks]
    full = [
        Spell(chance, partial(_fill, one), one.unlink, every_s=2.0, lasts_s=1.5) for one in fillers
    ]
    return [kills, deaf, *full]


def _fill(filler: Path) -> None:
    """Take all the room that the disk has."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def _killer(endpoint: Endpoint, seed: int) -> Callable[[], None]:
    chance = random.Random(seed)

    def kill() -> None:
        time.sleep(chance.uniform(0.0, 0.03))  # into the middle of the batch
        endpoint.kill()

    return kill


def _faults(chance: random.Random, failing: float, failed: list[str]) -> Iterator[str | None]:
    while True:
        fault = chance.choice(FAULTS) if chance.random() < failing else None
        if fault is not None:
            failed.append(fault)
        yield fault


def settled(crowd: Crowd, endpoint: Endpoint) -> set[str]:
    """Have a program adopt what others left, until all is settled; return what was set aside.

    Nothing moves any more for a minute: then what is missing is missing.
    """
    endpoint.start()
    left, since, look_s = -1, time.monotonic(), 0.05
    with crowd.start(1, "--wait", "--linger", "--timeout=10")[0]:  # closes its input
        while left and time.monotonic() - since < _STUCK_S:
            time.sleep(look_s)
            endpoint.revive()
            aside = {str(one.refused.document["event_id"]) for one in Spool.of(crowd.home).kept()}
            now = len(crowd.told()[0] - aside - {row.event_id for row in endpoint.found()})
            if now != left:
                left, since = now, time.monotonic()
            look_s = min(2 * look_s, 1.0)
    return aside


def outcome(
    crowd: Crowd,
    endpoint: Endpoint,
    aside: set[str],
    spent: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> Outcome:
    """Compare what was told with what the endpoint has, and with what it counts."""
    told, dropped = crowd.told()
    rows = list(endpoint.found())
    delivered = {row.event_id for row in rows}
    calls = Counter((row.program, row.number) for row in rows)
    doubled = sum(count - 1 for count in calls.values()) + len(rows) - len(delivered)
    doubled += abs(endpoint.calls() - len(delivered))
    missing, both = len(told - delivered - aside), len(delivered & aside)
    return Outcome(len(told), len(delivered), len(aside), missing, doubled, both, dropped, *spent)
