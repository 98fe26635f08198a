"""Everything at once, at random: faults of every kind, poison, both sides killed, full disks.

The long form is ``python -m benchmarks.ingest_soak``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sinks.soak import Outcome, Plan, soak
from tests.sinks.soak_endpoint import Served

KILLED = Plan(programs=3, events=250, failing=0.15, poison=170)
FULL = Plan(programs=2, events=500, at_once=2, failing=0.1, poison=0, fills=True)


def test_into_aso_serve_through_faults_and_kills_nothing_is_lost_and_nothing_counts_twice(
    tmp_path: Path,
) -> None:
    pytest.importorskip("uvicorn", reason="the extra server is not installed")
    found = soak(tmp_path, 3, KILLED, Served)
    assert_all_is_there(found)
    assert found.set_aside > 0
    assert found.clients_killed + found.servers_killed > 0


def test_while_disks_are_full_nothing_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    found = soak(tmp_path, 4, FULL)
    assert_all_is_there(found)
    assert found.disks_filled > 0


def assert_all_is_there(found: Outcome) -> None:
    assert (found.missing, found.doubled, found.both, found.dropped) == (0, 0, 0, 0)
    assert 400 < found.told <= found.delivered + found.set_aside  # durable, and not yet said
