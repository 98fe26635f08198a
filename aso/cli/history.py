"""``aso ledger compact``: past days of the ledger move to Parquet, which DuckDB reads."""

from __future__ import annotations

import time
from argparse import Namespace

from aso.cli.selection import drained
from aso.errors import ConfigError
from aso.ledger.compaction import compact as move
from aso.ledger.settling import folder_of
from aso.ledger.upkeep import sealed_before

_LONGEST_KEPT = 36_525  # days: a century


def compact(arguments: Namespace) -> int:
    """Compact what ended before the days to keep; today, UTC, always stays."""
    if not 0 <= arguments.keep <= _LONGEST_KEPT:
        raise ConfigError(
            f"--keep is {arguments.keep}: write how many whole days stay, 0 to {_LONGEST_KEPT:,}"
        )
    path = drained(arguments)
    if path is None:
        print("There is no ledger yet, so there is nothing to compact.")
        return 0
    before_ms = sealed_before(time.time_ns() // 1_000_000, arguments.keep)
    done = move(path, before_ms=before_ms)
    if done.is_busy:
        print("Another process is compacting this ledger.")
    else:
        where = folder_of(path)
        print(f"rows compacted: {done.rows:,}; new segments: {done.segments:,}, in {where}")
    return 0
