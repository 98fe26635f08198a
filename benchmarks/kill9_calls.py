"""Kill -9 of several processes that call through the real SDK: is anything lost or doubled?

Run from the repository's root: ``python -m benchmarks.kill9_calls [rounds] [writers]``. Each writer
says the generation id of every call and stream that it saw finish, and is killed at a random moment,
its start included. A home lives for ten rounds: until then what the dead left is adopted by
writers that are killed too. Then it is drained, and its ledger compared with what was said.
Writers are forked by a fork server that has imported the SDK, and instrument themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.processes import calls
from tests.processes.running import adopt, ids
from tests.processes.server import Provider

_ROUNDS_OF_A_HOME = 10
_LATEST_S = 0.8
_EARLY = 0.2  # of all rounds


class Result(NamedTuple):
    """Counts of calls."""

    seen: int
    found: int
    missing: int
    doubled: int


def main() -> int:
    """Run the rounds; return 1 if anything that was said is missing, or anything is doubled."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    writers = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    chance, started, total = random.Random(), time.monotonic(), Result(0, 0, 0, 0)
    with Provider() as provider:
        for done in range(0, rounds, _ROUNDS_OF_A_HOME):
            count = min(_ROUNDS_OF_A_HOME, rounds - done)
            found = one_home(provider.url, count, writers, chance)
            total = Result(*map(sum, zip(total, found, strict=True)))
    print(
        f"rounds {rounds}  writers {writers}  seen {total.seen}  in the ledger {total.found}"
        f"  missing {total.missing}  doubled {total.doubled}"
        f"  seconds {time.monotonic() - started:.0f}"
    )
    return int(bool(total.missing or total.doubled or not total.seen))


def one_home(url: str, rounds: int, writers: int, chance: random.Random) -> Result:
    """Kill all writers of each round, then let the next process adopt what they left."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASO_HOME"] = f"{folder}/home"
        for _ in range(rounds):
            kill_round(url, Path(folder), writers, chance)
        adopt()
        seen = {line for path in Path(folder).glob("said-*") for line in whole_lines(path)}
        found = Counter(ids())
    doubled = sum(count - 1 for identity, count in found.items() if identity != "None")
    return Result(len(seen), found.total(), len(seen - set(found)), doubled)


def kill_round(url: str, folder: Path, writers: int, chance: random.Random) -> None:
    """Start the writers and kill each at a random moment; in some rounds before its first call."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["openai.resources.chat.completions", "tests.processes.calls"])
    paths = [Path(tempfile.mkstemp(prefix="said-", dir=folder)[1]) for _ in range(writers)]
    running = [context.Process(target=calls.for_ever_into, args=(url, path)) for path in paths]
    for one in running:
        one.start()
    is_early = chance.random() < _EARLY
    while not is_early and not all(path.stat().st_size for path in paths):
        time.sleep(0.01)
    for one in running:
        time.sleep(chance.uniform(0.0, _LATEST_S / writers))
        one.kill()
    for one in running:
        one.join()


def whole_lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return text[: text.rfind("\n") + 1].split()


if __name__ == "__main__":
    sys.exit(main())
