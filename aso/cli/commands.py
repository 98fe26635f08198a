"""report, tail, explain, export: each reads the ledger and prints."""

from __future__ import annotations

import csv
import json
import sys
import time
from argparse import Namespace
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from aso.cli.selection import NO_LEDGER, condition_of, open_ledger, period_of
from aso.errors import ConfigError
from aso.ledger.moment import Source
from aso.records import Event
from aso.report import formats, parse_grouping, spend
from aso.report.explain import explain as explained
from aso.sinks.console import line

_POLL_S = 0.5
_NO_EVENTS = "No event fits: the ledger has none for this time and these filters."


def report(arguments: Namespace) -> int:
    """Print what was spent; without a ledger, nothing was."""
    formats_of = {"table": formats.as_table, "json": formats.as_json, "csv": formats.as_csv}
    by, period = parse_grouping(arguments.by), period_of(arguments)
    with open_ledger(arguments) as ledger:
        found = spend(
            ledger or Nothing(),
            by,
            period=period,
            where=arguments.where,
            with_latency=arguments.latency,
            all_revisions=arguments.all_revisions,
        )
    if arguments.format == "table" and not found.total.has_any:
        print(NO_LEDGER if ledger is None else _NO_EVENTS)
    else:
        print(formats_of[arguments.format](found).rstrip("\n"))
    return 0


def tail(arguments: Namespace) -> int:
    """Print the newest events, then each new one until interrupted."""
    if arguments.n < 0:
        raise ConfigError(f"-n is {arguments.n}: write how many of the newest to show, 0 or more")
    with open_ledger(arguments) as ledger:
        if ledger is None:
            print(NO_LEDGER)
            return 0
        newest = ledger.newest(max(arguments.n, 1))
        last = newest[-1][0] if newest else 0
        _print_rows(newest[-arguments.n :] if arguments.n else (), last=last)
        with suppress(KeyboardInterrupt):
            while not arguments.once:
                time.sleep(_POLL_S)
                last = _print_rows(ledger.added_after(last), last=last)
    return 0


def explain(arguments: Namespace) -> int:
    """Print why an event cost what it cost."""
    wanted = arguments.event_id.lower()
    with open_ledger(arguments) as ledger:
        in_range = "event_id >= ? AND event_id < ?"  # by the index; "g" comes after every digit
        found = (
            []
            if ledger is None
            else list(
                ledger.documents(
                    in_range, (wanted, f"{wanted}g"), all_revisions=arguments.all_revisions
                )
            )
        )
    if (count := len({one["event_id"] for one in found})) != 1:
        many = f"{count:,} events" if count else "no event"
        raise ConfigError(
            f"{many} with an id that begins with {arguments.event_id!r}: "
            "aso tail -n 20 --once shows ids; give more of one"
        )
    print("\n\n".join(explained(one) for one in found))
    return 0


def export(arguments: Namespace) -> int:
    """Write every event in wire form: JSON lines, or CSV with nested values as JSON."""
    where, parameters = condition_of(arguments)
    write = {"jsonl": _write_jsonl, "csv": _write_csv}[arguments.format]
    with open_ledger(arguments) as ledger:
        if ledger is None:
            print(NO_LEDGER, file=sys.stderr)
            return 0
        write(ledger.documents(where, parameters, all_revisions=arguments.all_revisions))
    return 0


class Nothing:
    """A ledger that nobody has written to."""

    @contextmanager
    def sources(self) -> Generator[Sequence[Source], None, None]:
        """Give none."""
        yield ()


def _write_jsonl(events: Iterable[Mapping[str, Any]]) -> None:
    for event in events:
        print(json.dumps(event, separators=(",", ":")))


def _write_csv(events: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, event in enumerate(events):
        if number == 0:
            writer.writerow(event)
        writer.writerow(
            json.dumps(value) if isinstance(value, (dict, list)) else value
            for value in event.values()
        )


def _print_rows(rows: Iterable[tuple[int, Event]], *, last: int) -> int:
    """Print the events; return the number of the last row."""
    for number, event in rows:
        print(line(event), flush=True)
        last = number
    return last
