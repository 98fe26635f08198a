"""Kill -9 of several writers at random moments, many times: is anything missing or doubled?

Run from the repository's root: ``python -m benchmarks.kill9 [rounds] [writers]``. Every second
writer also delivers while it writes. A batch that was delivered but not yet noted when its process
died comes again, with the same ids: that is counted apart (``again``), a sink drops it by id.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.journal.processes import kill_round


def main() -> int:
    """Run the rounds; return 1 if anything acknowledged was missing, unreadable or doubled."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    writers = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    chance, started = random.Random(), time.monotonic()
    seen = there = missing = unreadable = doubled = again = 0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            killed = kill_round(Path(home), writers, chance)
        found = {*killed.delivered, *killed.left}
        seen += len(killed.seen)
        there += len(found)
        missing += len(killed.seen - found)
        unreadable += sum(not payload.startswith(b"w") for payload in found)
        doubled += len(killed.delivered) - len({*killed.delivered})
        doubled += len(killed.left) - len({*killed.left})
        again += len({*killed.delivered} & {*killed.left})
    print(
        f"rounds {rounds}  writers {writers}  acknowledged {seen}  found {there}  missing {missing}"
        f"  unreadable {unreadable}  doubled {doubled}  again {again}"
        f"  seconds {time.monotonic() - started:.0f}"
    )
    return int(bool(missing or unreadable or doubled))


if __name__ == "__main__":
    sys.exit(main())
