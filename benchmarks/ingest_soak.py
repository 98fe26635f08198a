"""Shipping through faults and kills for long: is an event lost, or counted twice?

    python -m benchmarks.ingest_soak [--rounds 20] [--programs 10] [--events 5000] [--seed N]

A round has an ASO_HOME of its own and programs that run one after the other, every second one
killed (-9) at random; what they leave is adopted by the next. Requests meet faults: refused,
dropped, lost after the batch was taken, cut in the middle of the answer, silent, 503, 429; some
events are poison. Seeds are printed; a round is repeated by its seed with ``--rounds 1``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.sinks.soak import Outcome, soak


def main() -> int:
    """Run the rounds; return 1 if anything was lost, dropped, or both delivered and set aside."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--programs", type=int, default=10)
    arguments.add_argument("--events", type=int, default=5_000, help="of each program")
    arguments.add_argument("--seed", type=int, default=int(time.time()), help="of the first round")
    arguments.add_argument("--failing", type=float, default=0.2, help="of the requests")
    arguments.add_argument("--poison", type=int, default=2_003, help="one event in so many")
    chosen = arguments.parse_args()
    started, every = time.monotonic(), list[Outcome]()
    for seed in range(chosen.seed, chosen.seed + chosen.rounds):
        with tempfile.TemporaryDirectory() as home:
            found = soak(
                Path(home) / "home",
                seed,
                programs=chosen.programs,
                events=chosen.events,
                failing=chosen.failing,
                poison=chosen.poison,
            )
        every.append(found)
        print(f"seed {seed}  {_text(found)}", flush=True)
    sums = Outcome(*map(sum, zip(*every, strict=True)))
    print(f"rounds {len(every)}  {_text(sums)}  seconds {time.monotonic() - started:.0f}")
    return int(bool(sums.missing or sums.both or sums.dropped))


def _text(found: Outcome) -> str:
    return "  ".join(f"{name} {value:,}" for name, value in found._asdict().items())


if __name__ == "__main__":
    sys.exit(main())
