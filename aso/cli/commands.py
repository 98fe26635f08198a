"""report, tail, explain, export: each reads the ledger and prints."""

from __future__ import annotations

import csv
import json
import sys
import time
from argparse import Namespace
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timezone
from typing import Any

from aso.cli.drain import drain
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.report import Period, formats, parse_grouping, parse_instant, spend
from aso.report.explain import explain as explained
from aso.report.grouping import parse_filters
from aso.sinks.console import line
from aso.sinks.ledger import LedgerSink

_POLL_S = 0.5
_NO_LEDGER = "There is no ledger yet: call aso.instrument() in your program, then make a call."
_NO_EVENTS = "No event fits: the ledger has none for this time and these filters."


def report(arguments: Namespace) -> int:
    """Print what was spent; without a ledger, nothing was."""
    formats_of = {"table": formats.as_table, "json": formats.as_json, "csv": formats.as_csv}
    by, period = parse_grouping(arguments.by), _period(arguments)
    with _ledger(arguments) as ledger:
        found = spend(
            ledger or Nothing(),
            by,
            period=period,
            where=arguments.where,
            with_latency=arguments.latency,
        )
    if arguments.format == "table" and not found.total.has_any:
        print(_NO_LEDGER if ledger is None else _NO_EVENTS)
    else:
        print(formats_of[arguments.format](found).rstrip("\n"))
    return 0


def tail(arguments: Namespace) -> int:
    """Print the newest events, then each new one until interrupted."""
    if arguments.n < 0:
        raise ConfigError(f"-n is {arguments.n}: write how many of the newest to show, 0 or more")
    with _ledger(arguments) as ledger:
        if ledger is None:
            print(_NO_LEDGER)
            return 0
        last = _print_newest(ledger, arguments.n)
        with suppress(KeyboardInterrupt):
            while not arguments.once:
                time.sleep(_POLL_S)
                last = _print_after(ledger, last)
    return 0


def explain(arguments: Namespace) -> int:
    """Print why an event cost what it cost."""
    wanted = arguments.event_id.lower()
    with _ledger(arguments) as ledger:
        in_range = "event_id >= ? AND event_id < ?"  # by the index; "g" comes after every digit
        found = [] if ledger is None else list(ledger.documents(in_range, (wanted, f"{wanted}g")))
    if len(found) != 1:
        many = "no event" if not found else f"{len(found):,} events"
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
    write = {"jsonl": _write_jsonl, "csv": _write_csv}[arguments.format]
    with _ledger(arguments) as ledger:
        if ledger is None:
            print(_NO_LEDGER, file=sys.stderr)
            return 0
        write(ledger.documents(where, parameters, all_revisions=arguments.all_revisions))
    return 0


class Nothing:
    """A ledger that nobody has written to."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        """Return no rows."""
        del sql, parameters
        return ()


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


@contextmanager
def _ledger(arguments: Namespace) -> Generator[Ledger | None, None, None]:
    """Open the ledger, with what dead processes left to it; None where there is none."""
    sink = LedgerSink(arguments.ledger)
    with closing(sink):
        drain(sink)
    if not sink.path.exists():  # reading leaves nothing behind
        yield None
        return
    with closing(Ledger(sink.path)) as ledger:
        yield ledger


def _period(arguments: Namespace) -> Period:
    now = datetime.fromtimestamp(time.time(), timezone.utc)
    since, until = (
        None if text is None else parse_instant(text, now)
        for text in (arguments.since, arguments.until)
    )
    if since is not None and until is not None and since >= until:
        raise ConfigError(
            f"--since {arguments.since} is not before --until {arguments.until}: "
            "swap them; --until is exclusive"
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
