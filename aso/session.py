"""One instrumentation: what is hooked, where its records go, and what it counted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aso.capture import Wrappers
from aso.config import Settings
from aso.deriving import Derive
from aso.facts import Origin
from aso.guard import Guard, say
from aso.hook import Integration
from aso.integrations import INTEGRATIONS
from aso.journal import Journal, Record, open_journal
from aso.keeping import is_shipped
from aso.patch import Applied
from aso.pipeline import Pipeline
from aso.records import Event
from aso.shipper import Shipper, destination_of
from aso.version import __version__

if TYPE_CHECKING:
    from aso.sinks import Sink

_NO_HOME = "no home directory for the ledger, events are only counted; set ASO_HOME to a folder"
_LINES_AT_ONCE = 2_000  # of a file that is read behind the calls: some hundredths of a second
_MOST_PENDING = 10_000  # records: beyond it nothing more is read behind the calls
_SAID: dict[str, float] = {}


class Stats(NamedTuple):
    """Counts since ``instrument()``. See docs/how-it-works.md for what each one means."""

    calls: int
    events: int
    refused: int
    unpriced: int
    partial: int
    estimated: int
    unmetered: int
    pending: int
    delivered: int
    dropped: int
    internal_errors: int


class Session:
    """One instrumentation: its pipeline, its journal, its shipper and its patches."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        sinks: Sequence[Sink],
        derive: Derive,
        origin: Origin,
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.derive = derive
        self.pipeline = Pipeline(
            journal=journal,
            derive=self.derive,
            origin=origin,
            policy=settings.policy,
            dimensions=settings.dimensions,
            hosts=settings.hosts,
        )
        self.guard = Guard("aso.delivery")
        self.shipper = Shipper(journal, sinks, self.build, guard=self.guard, sweep=self._sweep)
        self.applied = [
            Applied(place, Wrappers(self.pipeline, place, only_below=only_below))
            for one, only_below in _chosen(settings.integrations)
            for place in one.places()
        ]

    def build(self, record: Record) -> Event:
        """Return the event of a journal record, ours or a dead process's."""
        return self.derive(record.payload, record.origin)

    def patch(self) -> None:
        """Hook every SDK that is there, and the others when they are imported."""
        for one in self.applied:
            one.when_imported()

    def unpatch(self) -> None:
        """Give the SDKs their own functions back; open streams finish to the old sinks."""
        for one in self.applied:
            one.withdraw()
        self.pipeline.active = False

    def flush(self, timeout_s: float) -> bool:
        """Deliver everything accepted so far; long files some lines at a time, as the sinks take them."""
        deadline = time.monotonic() + timeout_s
        while is_left := self.pipeline.sweep(_LINES_AT_ONCE):
            if not self.shipper.flush(max(deadline - time.monotonic(), 0)):
                break
        return self.shipper.flush(max(deadline - time.monotonic(), 0)) and not is_left

    def _sweep(self) -> bool:
        """Read on a little behind the calls; return whether to go on at once: the sinks keep up."""
        is_much = bool(self.pipeline.behind) and self.shipper.pending() > _MOST_PENDING
        return self.pipeline.sweep(0 if is_much else _LINES_AT_ONCE) and not is_much

    def close(self, timeout_s: float) -> bool:
        """Finish open streams as cancelled, deliver, close the sinks; the rest stays on disk."""
        for flight in list(self.pipeline.live):
            flight.finish("cancelled")
        deadline = time.monotonic() + timeout_s
        self.flush(timeout_s)
        self.pipeline.sweep()
        done = self.shipper.close(max(deadline - time.monotonic(), 0))
        self.journal.close()
        return done

    def after_fork(self) -> None:
        """Leave the parent's open calls to the parent."""
        self.pipeline.reseed()
        for flight in list(self.pipeline.live):
            flight.disown()
        self.pipeline.live.clear()
        self.pipeline.abandoned.clear()
        for lines in list(self.pipeline.behind):
            lines.give_up()

    def stats(self) -> Stats:
        """Return the counts, up to this moment."""
        self.pipeline.sweep()
        self.shipper.catch_up()
        tally = self.shipper.tally
        return Stats(
            calls=tally.calls,
            events=tally.events,
            refused=tally.refused,
            unpriced=tally.unpriced,
            partial=tally.partial,
            estimated=tally.estimated,
            unmetered=tally.unmetered,
            pending=max(self.shipper.pending(), self.journal.owing()),
            delivered=tally.delivered,
            dropped=tally.dropped + self.journal.dropped,
            internal_errors=self.pipeline.guard.errors + self.guard.errors,
        )


def origin_of(settings: Settings, prices: str | None) -> Origin:
    """Return what is the same for every record of this process."""
    key_id = settings.api_key.id if settings.api_key else None
    return Origin(settings.env, key_id, __version__, prices)


def open_session(settings: Settings) -> Session:
    """Open the journal and the sinks that the settings name."""
    sinks = _sinks_of(settings)
    names = sorted(name for sink in sinks if (name := destination_of(sink)) is not None)
    derive = Derive(settings.prices, settings.home)
    origin = origin_of(settings, derive.sha256)
    journal = open_journal(
        settings.home,
        "+".join(names) or None,
        origin,
        durability=settings.durability,
        max_bytes=settings.max_bytes,
        max_age_s=settings.max_age_s,
    )
    if settings.delivery == "ship":
        sinks = _left_to_ship(sinks, journal)
    return Session(settings, journal, sinks, derive, origin)


def _left_to_ship(sinks: Sequence[Sink], journal: Journal) -> list[Sink]:
    """Leave to `aso ship` what it can deliver; return the sinks that this process delivers to.

    A journal in memory nobody else can read: then this process delivers to all of them.
    """
    if (reason := journal.state()["fallback"]) is not None:
        say("ship", f"aso: ASO_DELIVERY is ship, but {reason}: this process delivers", said=_SAID)
        return list(sinks)
    own: list[Sink] = []
    for sink in sinks:
        place = destination_of(sink)
        if place is not None and is_shipped(place):
            journal.owe(place)
        else:
            own.append(sink)
    return own


def _chosen(names: Sequence[str] | None) -> Iterator[tuple[Integration, bool]]:
    """Yield what to hook; of clients that only an SDK above needs: for that alone."""
    wanted = names or tuple(INTEGRATIONS)
    chosen = [one for one in INTEGRATIONS.values() if {one.name, one.extends} & {*wanted}]
    needed = {name: INTEGRATIONS[name] for one in chosen for name in one.below}
    yield from ((one, False) for one in chosen)
    yield from ((one, True) for one in needed.values() if one not in chosen)


def _sinks_of(settings: Settings) -> Sequence[Sink]:
    if settings.sinks is not None:
        return settings.sinks
    from aso import sinks  # each is loaded when it is named

    if settings.api_key is not None:
        return [sinks.IngestSink(settings.endpoint, settings.api_key.text)]
    if settings.home is None:
        say("no home", f"aso: {_NO_HOME}", said=_SAID)
        return []
    return [sinks.LedgerSink()]
