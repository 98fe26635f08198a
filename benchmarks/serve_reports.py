"""How long reports take over a million events on PostgreSQL, as `aso serve` asks for them.

    python -m benchmarks.serve_reports [--rows 1000000]

A new PostgreSQL of this machine with its own defaults, one tenant; the events are report_million's, written
in batches of 500 as a server writes them. Seconds of wall time, the first of two: the report as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from contextlib import closing

from aso.report import Period
from aso.report.formats import document_of
from aso.serve.postgres.store import PostgresStore
from benchmarks.report_million import END_MS, GROUPINGS, batches
from benchmarks.serve_throughput import postgresql
from benchmarks.timing import heading
from tests.serve.cluster import Cluster

DAY_MS = 86_400_000
SPANS = {"all": Period(), "a day": Period(END_MS - DAY_MS, END_MS)}
TENANT = "benchmark"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    chosen = options.parse_args()
    heading("aso serve: reports on PostgreSQL")
    with postgresql() as database, closing(PostgresStore(database.url())) as store:
        for events in batches(chosen.rows):
            store.add(TENANT, [one.to_dict() for one in events])
        print_sizes(database, chosen.rows)
        for state in ("as it was written", "after VACUUM ANALYZE"):
            print(f"{state}, load {os.getloadavg()[0]:.1f}: {', '.join(SPANS)}, in seconds")
            for by in GROUPINGS:
                took = [timed(store, by, period) for period in SPANS.values()]
                print(f"  {by or '(total)':<22} {' '.join(f'{one:8.2f}' for one in took)}")
            with database.connected() as connection:
                connection.execute("VACUUM ANALYZE")
        began = time.perf_counter()
        found = sum(1 for _ in store.documents(TENANT, period=Period(), where=[]))
        print(f"{found:,} events exported in {time.perf_counter() - began:.1f} s")


def timed(store: PostgresStore, by: str, period: Period) -> float:
    """Return the seconds of a report."""
    began = time.perf_counter()
    json.dumps(document_of(store.spend(TENANT, by, period=period, where=[])))
    return time.perf_counter() - began


def print_sizes(database: Cluster, rows: int) -> None:
    sql = """SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
             WHERE relname IN ('events', 'documents') AND relkind = 'r' ORDER BY 1"""
    with database.connected() as connection:
        for name, table, indexes in connection.execute(sql):
            print(f"{name}: {table / rows:.0f} bytes an event, its indexes {indexes / rows:.0f}")


if __name__ == "__main__":
    main()
