"""report, tail, explain, export: each reads the ledger and prints."""

from __future__ import annotations

import csv
import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

from aso.cli.drain import drain
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.report import Period, formats, parse_grouping, parse_instant, spend
from aso.report.explain import explain as explained
from aso.report.grouping import parse_filters
from aso.sinks.console import line
from aso.sinks.ledger import LedgerSink

_POLL_S = 0.5
_EMPTY = "The ledger is empty: call aso.instrument() in your program, then make a call."


def report(arguments: Namespace) -> int:
    """Print what was spent."""
    formats_of = {"table": formats.as_table, "json": formats.as_json, "csv": formats.as_csv}
    with _ledger(arguments) as ledger:
        found = spend(
            ledger,
            parse_grouping(arguments.by),
            period=_period(arguments),
            where=arguments.where,
            with_latency=arguments.latency,
        )
    is_empty = arguments.format == "table" and not found.lines
    print(_EMPTY if is_empty else formats_of[arguments.format](found))
    return 0


def tail(arguments: Namespace) -> int:
    """Print the newest events, then each new one until interrupted."""
    with _ledger(arguments) as ledger:
        last = _print_newest(ledger, arguments.n)
        while not arguments.once:
            time.sleep(_POLL_S)
            last = _print_after(ledger, last)
    return 0


def explain(arguments: Namespace) -> int:
    """Print why an event cost what it cost."""
    prefix = arguments.event_id.replace("%", "").replace("_", "")
    with _ledger(arguments) as ledger:
        found = list(ledger.documents("event_id LIKE ? || '%'", (prefix,)))
    if len(found) != 1:
        many = "no event" if not found else f"{len(found)} events"
        raise ConfigError(
            f"{many} with an id that begins with {arguments.event_id!r}: "
            "aso tail -n 20 --once shows ids; give more of one"
        )
    print(explained(found[0]))
    return 0


def export(arguments: Namespace) -> int:
    """Write every event in wire form: JSON lines, or CSV with nested values as JSON."""
    filters, values = parse_filters(arguments.where)
    times, instants = _period(arguments).condition()
    where, parameters = f"({filters}) AND ({times})", [*values, *instants]
    with _ledger(arguments) as ledger:
        events = ledger.documents(where, parameters, all_revisions=arguments.all_revisions)
        if arguments.format == "jsonl":
            for event in events:
                print(json.dumps(event, separators=(",", ":")))
            return 0
        writer = csv.writer(sys.stdout, lineterminator="\n")
        for number, event in enumerate(events):
            if number == 0:
                writer.writerow(event)
            writer.writerow(
                json.dumps(value) if isinstance(value, (dict, list)) else value
                for value in event.values()
            )
    return 0


@contextmanager
def _ledger(arguments: Namespace) -> Iterator[Ledger]:
    """Open the ledger, with what dead processes left to it."""
    sink = LedgerSink(arguments.ledger)
    drain(sink)
    ledger = Ledger(sink.path)
    try:
        yield ledger
    finally:
        ledger.close()
        sink.close()


def _period(arguments: Namespace) -> Period:
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    since, until = (
        None if text is None else parse_instant(text, now)
        for text in (arguments.since, arguments.until)
    )
    return Period(since, until)


def _print_newest(ledger: Ledger, count: int) -> int:
    newest = "id > (SELECT COALESCE(MAX(id), 0) FROM events) - ?"
    return _print_where(ledger, newest, count, last=0)


def _print_after(ledger: Ledger, last: int) -> int:
    return _print_where(ledger, "id > ?", last, last=last)


def _print_where(ledger: Ledger, where: str, value: int, *, last: int) -> int:
    newest: int = next(iter(ledger.query("SELECT COALESCE(MAX(id), 0) FROM events")))[0]
    for event in ledger.events(
        f"{where} AND id <= ?", (value, newest), all_revisions=True, order="id"
    ):
        print(line(event), flush=True)
    return max(last, newest)
