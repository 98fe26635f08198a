"""Everything at once, at random: faults of every kind, poison, and both sides killed.

The long form is ``python -m benchmarks.ingest_soak``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sinks.soak import Plan, soak

KILLED = Plan(programs=3, events=250, failing=0.15, poison=170)
FULL = Plan(programs=2, events=500, at_once=2, failing=0.1, poison=0, fills=True)


@pytest.mark.parametrize(("seed", "plan"), [(1, KILLED), (4, FULL)], ids=["killed", "full disk"])
def test_through_faults_and_kills_nothing_is_lost_and_nothing_counts_twice(
    seed: int, plan: Plan, tmp_path: Path
) -> None:
    found = soak(tmp_path, seed, plan)
    assert (found.missing, found.doubled, found.both, found.dropped) == (0, 0, 0, 0)
    assert found.told <= found.delivered + found.set_aside  # some were durable, and not yet said
    assert found.told > 400
    assert found.faults + found.disks_filled > 0
    assert bool(found.set_aside) == bool(plan.poison)
