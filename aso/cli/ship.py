"""``aso ship``: delivers what other processes journal; a sidecar, a hook, the end of a job."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aso import environment, keeping, sinks
from aso.config import credentials
from aso.deriving import Derive
from aso.errors import ConfigError
from aso.guard import Guard
from aso.journal import Record, Watch
from aso.records import Event
from aso.semconv import counted
from aso.shipper import Shipper, Sink, destination_of

_DONE, _LEFT = 0, 1
_PAUSE_S = 0.1  # between looks for a signal
_MOST_S = 3600.0
_EPILOG = (
    "Delivers to ASO_ENDPOINT with ASO_API_KEY, else to the ledger in DIR, what is owed to just that "
    "endpoint and key. Of a process that lives only if it runs with ASO_DELIVERY=ship; the others "
    "deliver by themselves. 0: all is delivered; 1: something is left, in DIR, for the next time; 2: "
    "a setting is wrong."
)


def add_ship(one: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    one.epilog = _EPILOG
    one.add_argument("--watch", type=Path, required=True, metavar="DIR", help="their ASO_HOME")
    one.add_argument("--once", action="store_true", help="deliver what is there, and leave")
    one.add_argument(
        "--to",
        action="append",
        choices=("ingest", "ledger", "otlp"),
        help="where (default: ingest with a key, else ledger); again for several",
    )
    one.add_argument(
        "--timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for the delivery of --once, or after SIGTERM (10)",
    )
    one.set_defaults(run=ship)


def ship(arguments: argparse.Namespace) -> int:
    """Deliver until told to stop, or once; return 0 where nothing is left.

    Raises:
        ConfigError: an argument or a setting is wrong.
    """
    if not 0 <= arguments.timeout <= _MOST_S:
        raise ConfigError(f"--timeout is {arguments.timeout:g}: write seconds, 0 to {_MOST_S:g}")
    home = _home(arguments.watch)
    chosen = _sinks(arguments.to)
    logging.basicConfig(format="%(message)s", stream=sys.stderr)  # what delivery has to say
    names = ", ".join(filter(None, map(destination_of, chosen)))
    with _stopping() as stopped:
        carrier = Carrier(home, chosen)
        print(f"aso ship: watching {home} for {names}", flush=True)
        while not (arguments.once or stopped):
            time.sleep(_PAUSE_S)
        is_done = carrier.finish(arguments.timeout)
    print(f"aso ship: {carrier.said()}", flush=True)
    if not is_done:
        print(f"aso ship: not all is delivered; the rest stays in {home}", file=sys.stderr)
    return _DONE if is_done else _LEFT


class Carrier:
    """The journals of a home directory, and the sinks that get what they owe."""

    def __init__(self, home: Path, chosen: Sequence[Sink]) -> None:
        self._watch = Watch(home, max_bytes=keeping.max_bytes(), max_age_s=keeping.max_age_s())
        self._derive = Derive(home=home)
        self._guard = Guard("aso.ship")
        self._shipper = Shipper(self._watch, chosen, self._build, guard=self._guard)

    def finish(self, timeout_s: float) -> bool:
        """Deliver what is there, within the time; return whether nothing of it is left."""
        deadline = time.monotonic() + timeout_s
        is_done = self._shipper.flush(timeout_s)
        while is_done and self._watch.look():  # a dead process more than are adopted at once
            is_done = self._shipper.flush(deadline - time.monotonic())
        self._shipper.close(0.0)
        self._watch.close()
        return is_done and not self._watch.closed

    def said(self) -> str:
        """Return what was done, as counts."""
        parts = [
            f"{name}: {one.taken:,} delivered, {one.set_aside:,} set aside, {one.dropped:,} dropped"
            for name, one in self._shipper.taken().items()
        ]
        if self._watch.dropped:
            parts.append(f"{counted(self._watch.dropped, 'record')} dropped, over a bound")
        if self._guard.errors:
            parts.append(f"{counted(self._guard.errors, 'internal error')}")
        return "; ".join(parts)

    def _build(self, record: Record) -> Event:
        return self._derive(record.payload, record.origin)


def _home(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ConfigError(f"--watch {path} is no folder: name the ASO_HOME of the other processes")
    environment.move_home(path.absolute())  # what an endpoint refuses is set aside there, too
    return path.absolute()


def _sinks(wanted: Sequence[str] | None) -> list[Sink]:
    key, _ = credentials(None, None)
    kinds = {"ingest": sinks.IngestSink, "ledger": sinks.LedgerSink, "otlp": sinks.OtlpSink}
    names = dict.fromkeys(wanted or (["ingest"] if key is not None else ["ledger"]))
    return [kinds[name]() for name in names]


@contextmanager
def _stopping() -> Generator[list[int], None, None]:
    """Collect the signals that end us, in a list; the second one of them ends us at once."""
    received: list[int] = []

    def note(number: int, _frame: object) -> None:
        received.append(number)
        if len(received) > 1:
            raise KeyboardInterrupt

    before = {one: signal.signal(one, note) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
