"""``aso reprice``: the ledger's events by another catalog or contract, as revisions beside them."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from aso import environment
from aso.cli.selection import NO_LEDGER, condition_of, open_ledger
from aso.cli.summed import Summed
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.pricing import Catalog, Overlay, Pricer, in_force, load_overlay, read_catalog
from aso.pricing.kept import keep_contract, kept_contract
from aso.records import Event
from aso.report.table import aligned
from aso.repricing import REASON, Change, reprice
from aso.semconv import counted, printable
from aso.sinks.ingest import IngestError, IngestSink

_OK, _PROBLEM = 0, 1
_HEADER = (
    "provider",
    "model",
    "events",
    "newly priced",
    "newly unpriced",
    "before (USD)",
    "after (USD)",
)
_AT_ONCE = 1_000
_WRITTEN = "what was reported stays: revisions were added"
_Key = tuple[str, str]  # provider, model


@dataclass(slots=True)
class Sums:
    """What changed of one provider's model. Unknown costs are in no sum: they are counted."""

    events: int = 0
    newly_priced: int = 0
    newly_unpriced: int = 0
    before: Summed = field(default_factory=Summed)
    after: Summed = field(default_factory=Summed)

    def add(self, change: Change) -> None:
        """Add one event's change."""
        was, is_now = change.before.cost.total, change.after.cost.total
        self.events += 1
        self.newly_priced += was is None and is_now is not None
        self.newly_unpriced += was is not None and is_now is None
        self.before.add(change.before.cost)
        self.after.add(change.after.cost)

    def merge(self, other: Sums) -> None:
        """Add another model's sums."""
        self.events += other.events
        self.newly_priced += other.newly_priced
        self.newly_unpriced += other.newly_unpriced
        self.before.merge(other.before)
        self.after.merge(other.after)

    def document(self) -> dict[str, Any]:
        """Return the sums as JSON has them: decimals as strings, null where no cost is known."""
        return {
            "events": self.events,
            "newly_priced": self.newly_priced,
            "newly_unpriced": self.newly_unpriced,
            "cost_usd_before": self.before.known,
            "cost_usd_after": self.after.known,
            "unpriced_before": self.before.unpriced,
            "unpriced_after": self.after.unpriced,
            "partial_before": self.before.partial,
            "partial_after": self.after.partial,
        }


class Sent(NamedTuple):
    """How many revisions the ingest endpoint has, and why not all."""

    revisions: int
    problem: str | None


class _Pricers:
    """How each event is priced: by one catalog, under the contract given or the event's own."""

    def __init__(self, catalog: Catalog, overlay: Overlay | None, home: Path | None) -> None:
        self.catalog, self.missing, self.asked = catalog, Counter[str](), 0
        self._given = None if overlay is None else Pricer(catalog=catalog, overlay=overlay)
        self._home = home
        self._kept = cache(self._of_contract)

    def __call__(self, event: Event) -> Pricer | None:
        self.asked += 1
        if self._given is not None:
            return self._given
        sha256 = event.cost.contract_sha256
        pricer = self._kept(sha256)
        if pricer is None:
            self.missing[str(sha256)] += 1
        return pricer

    def _of_contract(self, sha256: str | None) -> Pricer | None:
        if sha256 is None:
            return Pricer(catalog=self.catalog)
        overlay = None if self._home is None else kept_contract(self._home, sha256)
        return None if overlay is None else Pricer(catalog=self.catalog, overlay=overlay)


def reprice_command(arguments: argparse.Namespace) -> int:
    """Write the revisions and print what changed; 1 where some events could not be priced anew."""
    where, parameters = condition_of(arguments)
    pricers, sink = _pricers(arguments), IngestSink() if arguments.send else None
    with open_ledger(arguments) as ledger:
        if ledger is None and arguments.format == "table":
            print(NO_LEDGER)
            return _OK
        sums, sent = dict[_Key, Sums](), None
        if ledger is not None:
            is_dry: bool = arguments.dry_run
            sums = _sums(reprice(ledger, pricers, where, parameters, is_dry=is_dry))
            sent = None if sink is None else _sent(sink, ledger, where, parameters)
    show = _show_json if arguments.format == "json" else _show_table
    show(arguments, pricers, sums, sent)
    return _PROBLEM if pricers.missing or (sent and sent.problem) else _OK


def _sums(changes: Iterable[Change]) -> dict[_Key, Sums]:
    found: dict[_Key, Sums] = {}
    for change in changes:
        key = change.after.provider, change.after.model or ""
        found.setdefault(key, Sums()).add(change)
    return found


def _pricers(arguments: argparse.Namespace) -> _Pricers:
    if arguments.send and arguments.dry_run:
        raise ConfigError("--send and --dry-run: nothing is written, so nothing can be sent")
    home = environment.home()
    overlay = None if arguments.overlay is None else load_overlay(arguments.overlay)
    if overlay is not None and home is not None and not arguments.dry_run:
        _keep(home, overlay)
    catalog = in_force() if arguments.catalog is None else read_catalog(arguments.catalog)
    return _Pricers(catalog, overlay, home)


def _keep(home: Path, overlay: Overlay) -> None:
    """Keep the contract, for whoever prices these events again."""
    try:
        keep_contract(home, overlay)
    except OSError as error:
        raise ConfigError(
            f"the contract cannot be kept in {home / 'prices'} ({error.strerror}), so nothing was "
            "priced by it: set ASO_HOME to a folder that you can write to"
        ) from error


def _sent(sink: IngestSink, ledger: Ledger, where: str, parameters: list[object]) -> Sent:
    """Ship every repriced revision of the selection; those that are there already are duplicates."""
    count, problem = 0, None
    with closing(sink):
        try:
            for batch in _batches(ledger.events(where, parameters, all_revisions=True)):
                sink.send(batch)
                count += len(batch)
        except IngestError as error:
            problem = f"{error}; run the same command again to send them"
    return Sent(count, problem)


def _batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        if event.revision_reason == REASON:
            batch.append(event)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _show_json(
    arguments: argparse.Namespace,
    pricers: _Pricers,
    sums: dict[_Key, Sums],
    sent: Sent | None,
) -> None:
    rows = [
        {"provider": provider, "model": model, **one.document()}
        for (provider, model), one in sorted(sums.items())
    ]
    found = {
        "dry_run": arguments.dry_run,
        "catalog": {"version": pricers.catalog.version, "sha256": pricers.catalog.sha256},
        "rows": rows,
        "total": _total(sums).document(),
        "selected": pricers.asked,
        "unknown_contracts": dict(sorted(pricers.missing.items())),
        "sent": None if sent is None else sent._asdict(),
    }
    print(json.dumps(found, indent=2))


def _show_table(
    arguments: argparse.Namespace,
    pricers: _Pricers,
    sums: dict[_Key, Sums],
    sent: Sent | None,
) -> None:
    verb = "would be revised" if arguments.dry_run else "revised"
    print(f"catalog {pricers.catalog.version}, sha256 {pricers.catalog.sha256}")
    if sums:
        rows = [_cells(provider, model, one) for (provider, model), one in sorted(sums.items())]
        every = _total(sums)
        print("\n".join(aligned(_HEADER, rows, _cells("total", "", every), texts=2)))
        print("".join(f"{note}\n" for note in _notes(every)), end="")
        print("dry run: nothing was written" if arguments.dry_run else _WRITTEN)
    elif pricers.asked:
        print(f"0 events {verb}: what is selected costs the same by this catalog")
    else:
        print("no event is selected: look at --since, --until and --where")
    for sha256, count in sorted(pricers.missing.items()):
        print(
            f"!! {counted(count, 'event')} left alone, priced under contract {sha256}, which ASO_HOME "
            "does not keep: give it with --overlay"
        )
    if sent is not None:
        verb = "is" if sent.revisions == 1 else "are"
        print(f"{counted(sent.revisions, 'revision')} {verb} with the ingest endpoint")
    if sent is not None and sent.problem:
        print(f"!! {sent.problem}")


def _notes(every: Sums) -> Iterator[str]:
    """Yield what the sums do not say: what is in none, and what is in one in part."""
    if every.newly_unpriced:
        yield (
            f"!! {counted(every.newly_unpriced, 'event')} with a cost before and none after: no price "
            "is known of what is asked here, which is not 0"
        )
    if "+?" in every.before.text + every.after.text:
        yield "+? some of it has no known price, or one in part: not in the sum"


def _cells(provider: str, model: str, one: Sums) -> list[str]:
    numbers = [f"{one.events:,}", f"{one.newly_priced:,}", f"{one.newly_unpriced:,}"]
    return [provider, printable(model), *numbers, one.before.text, one.after.text]


def _total(sums: dict[_Key, Sums]) -> Sums:
    every = Sums()
    for one in sums.values():
        every.merge(one)
    return every
