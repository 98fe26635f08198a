"""Everything at once, at random: faults of every kind, poison, and programs that are killed.

The long form is ``python -m benchmarks.ingest_soak``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sinks.soak import soak


@pytest.mark.parametrize("seed", [1, 20261126])
def test_through_faults_and_kills_nothing_is_lost_and_nothing_counts_twice(
    seed: int, tmp_path: Path
) -> None:
    found = soak(tmp_path / "home", seed, programs=2, events=500, failing=0.4, poison=211)
    assert (found.missing, found.both, found.dropped) == (0, 0, 0)
    assert found.seen <= found.delivered + found.set_aside  # some were durable, and not yet said
    assert found.seen > 500
    assert found.set_aside >= 2
    assert found.faults > 0
