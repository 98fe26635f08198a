"""Kill -9 of processes that only journal, and of those that deliver for them: is anything missing?

Run from the repository's root: ``python -m benchmarks.kill9_shipping [rounds] [seed]``. A batch that was
delivered but not yet noted when its reader died comes again, with the same ids: ``again``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.journal.processes import Killed, drain, killed, start

ROLES = ("leave", "leave", "write")  # two that only journal; one that is killed before it delivers


def main() -> int:
    """Run the rounds; return 1 if anything acknowledged was missing."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    chance, started = random.Random(seed), time.monotonic()
    seen = missing = again = readers = 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            found, count = one_round(Path(home), chance)
        there = [*found.delivered, *found.left]
        seen += len(found.seen)
        missing += len(found.seen - {*there})
        again += len(there) - len({*there})
        readers += count
    print(
        f"rounds {rounds}  seed {seed}  acknowledged {seen}  missing {missing}  again {again}  "
        f"readers killed {readers}  seconds {time.monotonic() - started:.0f}"
    )
    return int(bool(missing))


def one_round(home: Path, chance: random.Random) -> tuple[Killed, int]:
    """Kill the writers while one reader after the other is killed; return what was where."""
    stop, count = threading.Event(), [0]
    reading = threading.Thread(target=readers_until, args=(stop, home, chance, count))
    reading.start()
    found = killed(home, ROLES, chance)
    stop.wait(chance.uniform(0.0, 1.5))
    stop.set()
    reading.join()
    files = [path.read_bytes() for path in home.glob("delivered-*")]
    delivered = [line for text in files for line in text[: text.rfind(b"\n") + 1].splitlines()]
    return Killed(found.seen, delivered, [*found.left, *drain(home)]), count[0]


def readers_until(
    stop: threading.Event, home: Path, chance: random.Random, count: list[int]
) -> None:
    while not stop.is_set():
        reader = start("read_along", home, f"r{count[0]}")
        stop.wait(chance.uniform(0.3, 1.2))
        reader.kill()
        reader.communicate()
        count[0] += 1


if __name__ == "__main__":
    sys.exit(main())
