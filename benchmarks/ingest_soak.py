"""Shipping through everything at once, for long: is an event lost, or counted twice?

    python -m benchmarks.ingest_soak [--events 1000000] [--seconds 3600] [--seed N] [--rounds 1]

A round has an ASO_HOME and an endpoint of its own: a process with a store on the disk. Programs of
several thousand events each run three at a time; every second one is killed (-9) at random, and
what it leaves is adopted by another. The endpoint is killed (-9), also in the middle of a batch,
and started again; for moments nobody listens; requests are refused, dropped, halved on the way, answered with
503 and 429, kept waiting, or taken with the answer lost or cut; some events are poison. In every
fourth round the disks of both sides fill up and are emptied, again and again (its programs are not
killed: what a full disk leaves in memory dies with its process). ``--endpoint served`` is
`aso serve`; ``postgres``, the same on PostgreSQL, which is killed, too. Seeds are printed;
``--rounds 1`` repeats one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.sinks.soak import Outcome, Plan, soak
from tests.sinks.soak_endpoint import NAMES, endpoint_named


def main() -> int:
    """Run the rounds; return 1 if anything was lost, dropped, or is there twice."""
    chosen = _arguments()
    started, every = time.monotonic(), list[Outcome]()
    for seed in range(chosen.seed, chosen.seed + chosen.rounds):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = soak(Path(folder), seed, plan_of(seed), endpoint_named(chosen.endpoint))
        every.append(found)
        print(f"seed {seed}  {_text(found)}  seconds {time.monotonic() - began:.0f}", flush=True)
        is_long = time.monotonic() - started > chosen.seconds
        if is_long or sum(one.told for one in every) >= chosen.events:
            break
    sums = Outcome(*map(sum, zip(*every, strict=True)))
    print(f"rounds {len(every)}  {_text(sums)}  seconds {time.monotonic() - started:.0f}")
    return int(bool(sums.missing or sums.doubled or sums.both or sums.dropped))


def plan_of(seed: int) -> Plan:
    """Return the round of a seed."""
    chance, fills = random.Random(seed), seed % 4 == 0
    return Plan(
        programs=chance.randrange(6, 13),
        events=chance.randrange(4_000, 12_000),
        failing=chance.uniform(0.05, 0.4),
        poison=0 if fills else 2_003,
        fills=fills,
    )


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000, help="enough of them")
    arguments.add_argument("--seconds", type=float, default=3_600.0, help="begin no round after")
    arguments.add_argument("--rounds", type=int, default=1_000, help="at most")
    arguments.add_argument("--seed", type=int, default=int(time.time()), help="of the first round")
    arguments.add_argument("--endpoint", choices=NAMES, default="scripted")
    return arguments.parse_args()


def _text(found: Outcome) -> str:
    return "  ".join(f"{name} {value:,}" for name, value in found._asdict().items())


if __name__ == "__main__":
    sys.exit(main())
