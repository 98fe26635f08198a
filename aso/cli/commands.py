"""report, tail, explain, export: each reads the ledger and prints."""

from __future__ import annotations

import csv
import json
import sys
import time
from argparse import Namespace
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress

from aso.cli.selection import NO_LEDGER, condition_of, open_ledger, period_of
from aso.errors import ConfigError
from aso.ledger.moment import Source
from aso.records import Event
from aso.report import focus, formats, parse_grouping, spend
from aso.report.explain import explain as explained
from aso.semconv import counted
from aso.sinks.console import line

_POLL_S = 0.5
_MOST_SHOWN = 100_000  # all at once in memory; export has no end
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
    if not 0 <= arguments.n <= _MOST_SHOWN:
        raise ConfigError(
            f"-n is {arguments.n}: write how many of the newest to show, 0 to {_MOST_SHOWN:,}; "
            "aso export has all"
        )
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
    """Write every event: in wire form as JSON lines or CSV, or its cost lines as FOCUS rows."""
    if arguments.format == "focus" and arguments.all_revisions:
        raise ConfigError(
            "--all-revisions with --format focus would count an event once per revision: leave it "
            "out, or choose jsonl"
        )
    where, parameters = condition_of(arguments)
    with open_ledger(arguments) as ledger:
        if ledger is None:
            print(NO_LEDGER, file=sys.stderr)
            _WRITERS[arguments.format](())
            return 0
        events = ledger.events(where, parameters, all_revisions=arguments.all_revisions)
        _WRITERS[arguments.format](events)
    return 0


class Nothing:
    """A ledger that nobody has written to."""

    @contextmanager
    def sources(self) -> Generator[Sequence[Source], None, None]:
        """Give none."""
        yield ()


def _write_jsonl(events: Iterable[Event]) -> None:
    for event in events:
        print(json.dumps(event.to_dict(), separators=(",", ":")))


def _write_csv(events: Iterable[Event]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, event in enumerate(events):
        document = event.to_dict()
        if number == 0:
            writer.writerow(document)
        writer.writerow(
            json.dumps(value) if isinstance(value, (dict, list)) else value
            for value in document.values()
        )


def _write_focus(events: Iterable[Event]) -> None:
    writer = csv.DictWriter(sys.stdout, focus.COLUMNS, lineterminator="\n")
    writer.writeheader()
    unknown = 0
    for event in events:
        unknown += event.cost.total is None
        writer.writerows(focus.row_of(charge) for charge in focus.charges(event))
    if unknown:
        events_have = f"{counted(unknown, 'event')} {'has' if unknown == 1 else 'have'}"
        print(
            f"aso: {events_have} no known cost: each is one row with a cost of 0 and "
            "x_PricingStatus 'unpriced', as FOCUS allows no null there; they are in no sum",
            file=sys.stderr,
        )


_WRITERS = {"jsonl": _write_jsonl, "csv": _write_csv, "focus": _write_focus}


def _print_rows(rows: Iterable[tuple[int, Event]], *, last: int) -> int:
    """Print the events; return the number of the last row."""
    for number, event in rows:
        print(line(event), flush=True)
        last = number
    return last
