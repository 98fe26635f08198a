"""``aso spool``: the events that an ingest endpoint refused, with its reasons."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby, islice
from operator import attrgetter

from aso import environment
from aso.errors import ConfigError
from aso.report.table import aligned
from aso.semconv import instant_text, printable
from aso.sinks.ingest import IngestError, IngestSink
from aso.sinks.ingest_batch import key_of
from aso.sinks.ingest_spool import Kept, Spool, SpoolError

_OK, _PROBLEM = 0, 1
_AT_ONCE = 500
_NOTHING = "Nothing is set aside: no endpoint refused an event."
_HEADER = ["event", "revision", "set aside at", "endpoint and key", "answer", "reason"]


def add_spool(parser: argparse.ArgumentParser) -> None:
    """Add the actions to the command's parser."""
    found = parser.add_subparsers(required=True, metavar="action")
    show = _action(found.add_parser("show", help="what was refused, when, and why"), _show)
    show.add_argument("--format", choices=("table", "jsonl"), default="table")
    retry = _action(
        found.add_parser("retry", help="send it again, to ASO_ENDPOINT with ASO_API_KEY"), _retry
    )
    retry.add_argument(
        "--any-key", action="store_true", help="also what was refused under another key of it"
    )
    drop = _action(found.add_parser("drop", help="forget it: it is then nowhere"), _drop)
    drop.add_argument("--all", action="store_true", help="all that is set aside")


def _action(
    one: argparse.ArgumentParser, run: Callable[[argparse.Namespace, Spool], int]
) -> argparse.ArgumentParser:
    one.add_argument("event_id", nargs="*", help="these alone; the beginning of an id is enough")
    one.set_defaults(run=partial(_run, run))
    return one


def _run(run: Callable[[argparse.Namespace, Spool], int], arguments: argparse.Namespace) -> int:
    home = environment.home()
    if home is None:
        raise SpoolError("there is no home directory, so nothing was set aside: set ASO_HOME")
    return run(arguments, Spool.of(home))


def _show(arguments: argparse.Namespace, spool: Spool) -> int:
    kept = _chosen(spool, arguments.event_id)
    if arguments.format == "jsonl":
        for one in kept:
            print(json.dumps(_document(one), separators=(",", ":")))
    else:
        print("\n".join(aligned(_HEADER, list(map(_cells, kept)), texts=6)) if kept else _NOTHING)
    return _OK


def _retry(arguments: argparse.Namespace, spool: Spool) -> int:
    sink = IngestSink()
    kept = _chosen(spool, arguments.event_id)
    chosen = [one for one in kept if _is_for(sink, one.destination, arguments.any_key)]
    taken, problem = 0, None
    with closing(sink):
        try:
            for batch in _batches(chosen):
                taken += _sent(sink, spool, batch)
        except IngestError as error:
            problem = str(error)
    print(f"sent {taken:,}, refused again {sink.set_aside:,}, of {len(chosen):,}")
    if len(kept) > len(chosen):
        print(f"{len(kept) - len(chosen):,} are for another endpoint or key, and stay")
    if problem is not None:
        print(f"!! {problem}")
    return _PROBLEM if problem or sink.set_aside else _OK


def _drop(arguments: argparse.Namespace, spool: Spool) -> int:
    if bool(arguments.event_id) == arguments.all:
        raise ConfigError("aso spool drop: name the events to forget, or write --all; not both")
    kept = _chosen(spool, arguments.event_id)
    for destination, ones in groupby(kept, key=attrgetter("destination")):
        spool.remove(destination, [key_of(one.refused.document) for one in ones])
    print(f"dropped {len(kept):,}")
    return _OK


def _sent(sink: IngestSink, spool: Spool, batch: Sequence[Kept]) -> int:
    """Send events of one destination; forget, and count, those that were taken."""
    documents = [one.refused.document for one in batch]
    again = {key_of(one.document) for one in sink.ship(documents)}
    taken = [key_of(one) for one in documents if key_of(one) not in again]
    was_elsewhere = batch[0].destination != sink.destination  # what is refused moves to this key
    spool.remove(
        batch[0].destination, [key_of(one) for one in documents] if was_elsewhere else taken
    )
    return len(taken)


def _chosen(spool: Spool, wanted: Sequence[str]) -> list[Kept]:
    """Return what is set aside; of given ids, or their beginnings, those alone."""
    kept = sorted(spool.kept(), key=attrgetter("destination", "at_ms"))
    for name in wanted:
        if not any(_id_of(one).startswith(name.lower()) for one in kept):
            raise ConfigError(
                f"no event set aside has an id that begins with {name!r}: aso spool show"
            )
    names = tuple(name.lower() for name in wanted)
    return [one for one in kept if not names or _id_of(one).startswith(names)]


def _batches(kept: Iterable[Kept]) -> Iterator[list[Kept]]:
    for _, ones in groupby(kept, key=attrgetter("destination")):
        while batch := list(islice(ones, _AT_ONCE)):
            yield batch


def _is_for(sink: IngestSink, destination: str, any_key: bool) -> bool:  # noqa: FBT001
    is_same_endpoint = destination.rpartition(":")[0] == f"ingest:{sink.endpoint}"
    return destination == sink.destination or (any_key and is_same_endpoint)


def _id_of(kept: Kept) -> str:
    return str(kept.refused.document["event_id"])


def _cells(kept: Kept) -> list[str]:
    document, status, reason = kept.refused
    where = kept.destination.partition(":")[2]
    when = instant_text(kept.at_ms)
    return [_id_of(kept), str(document["revision"]), when, where, str(status), printable(reason)]


def _document(kept: Kept) -> dict[str, object]:
    document, status, reason = kept.refused
    return {
        "destination": kept.destination,
        "set_aside_at": instant_text(kept.at_ms),
        "status": status,
        "reason": reason,
        "event": document,
    }
