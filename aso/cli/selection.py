"""What a command looks at: the ledger with what dead processes left to it, and a span of time."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path

from aso import environment
from aso.cli.drain import drain
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.report import Period, parse_instant
from aso.report.grouping import parse_filters
from aso.sinks.ledger import LedgerSink

NO_LEDGER = "There is no ledger yet: call aso.instrument() in your program, then make a call."


@contextmanager
def open_ledger(arguments: Namespace) -> Generator[Ledger | None, None, None]:
    """Open the ledger, with what dead processes left to it; None where there is none yet.

    Raises:
        ConfigError: as ``drained``.
    """
    path = drained(arguments)
    if path is None:  # reading leaves nothing behind
        yield None
        return
    with closing(Ledger(path)) as ledger:
        yield ledger


def drained(arguments: Namespace) -> Path | None:
    """Return the ledger's file, with what dead processes left to it; None where there is none yet.

    Raises:
        ConfigError: ``--ledger`` names a file that is missing, or ASO_HOME something but a folder.
    """
    home = environment.home()
    if home is not None and home.exists() and not home.is_dir():
        raise ConfigError(f"ASO_HOME {home} is no folder: set it to one, or to a name that is free")
    sink = LedgerSink(arguments.ledger)
    with closing(sink):
        drain(sink)
    if sink.path.exists():
        return sink.path
    if arguments.ledger is not None:
        raise ConfigError(
            f"--ledger {sink.path} is not there: name a ledger's file, or leave --ledger out for "
            "the one in ASO_HOME"
        )
    return None


def period_of(arguments: Namespace) -> Period:
    """Return the span of ``--since`` and ``--until``.

    Raises:
        ConfigError: one of them is no time, or they are the wrong way round.
    """
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


def condition_of(arguments: Namespace) -> tuple[str, list[object]]:
    """Return the SQL condition of ``--where``, ``--since`` and ``--until``, and its parameters."""
    filters, values = parse_filters(arguments.where)
    times, instants = period_of(arguments).condition()
    return f"({filters}) AND ({times})", [*values, *instants]
