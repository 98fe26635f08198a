"""THE global object: what is instrumented now. instrument(), uninstrument(), fork and exit."""

from __future__ import annotations

import atexit
import gc
import os
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aso.capture import Wrappers
from aso.config import Settings, settle
from aso.deriving import Derive
from aso.errors import ConfigError
from aso.facts import Origin
from aso.guard import Guard, say
from aso.hook import Integration
from aso.integrations import INTEGRATIONS
from aso.journal import Journal, Record, open_journal
from aso.patch import Applied, require
from aso.pipeline import Pipeline
from aso.records import Event
from aso.shipper import Shipper, destination_of
from aso.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from aso.policy import Policy
    from aso.sinks import Sink

_CLOSE_TIMEOUT_S, _EXIT_TIMEOUT_S = 5.0, 2.0
_NO_HOME = "no home directory for the ledger, events are only counted; set ASO_HOME to a folder"
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
        self.shipper = Shipper(
            journal, sinks, self.build, guard=self.guard, sweep=self.pipeline.sweep
        )
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
        """Deliver everything accepted so far."""
        self.pipeline.sweep()
        return self.shipper.flush(timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Finish open streams as cancelled, deliver, close the sinks; the rest stays on disk."""
        for flight in list(self.pipeline.live):
            flight.finish("cancelled")
        self.pipeline.sweep()
        done = self.shipper.close(timeout_s)
        self.journal.close()
        return done

    def after_fork(self) -> None:
        """Leave the parent's open calls to the parent."""
        self.pipeline.reseed()
        for flight in list(self.pipeline.live):
            flight.disown()
        self.pipeline.live.clear()
        self.pipeline.abandoned.clear()

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
            pending=self.shipper.pending(),
            delivered=tally.delivered,
            dropped=tally.dropped + self.journal.dropped,
            internal_errors=self.pipeline.guard.errors + self.guard.errors,
        )


class Runtime:
    """The only global state. ``lock`` guards instrument and uninstrument, never a call."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.retired: list[Session] = []
        self.lock = threading.RLock()
        self.is_standing_in = False  # for a program that may ask for a session of its own
        self._has_exit_hooks = False

    def sessions(self) -> list[Session]:
        """Return the current session and those whose streams are still open."""
        return [*self.retired, *([self.session] if self.session else [])]

    def start(self, session: Session) -> None:
        """Make the session the current one; one that stood in for it ends."""
        self.stop(_CLOSE_TIMEOUT_S)
        self.session = session
        session.patch()
        if not self._has_exit_hooks:
            self._has_exit_hooks = True
            atexit.register(self._at_exit)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self._after_fork)

    def stop(self, timeout_s: float) -> bool:
        """Unpatch; close now, or once the last open stream is over (at exit at the latest)."""
        session, self.session, self.is_standing_in = self.session, None, False
        if session is None:
            return True
        session.unpatch()
        self._let_go(timeout_s)
        if session.pipeline.live:
            self.retired.append(session)
            return session.flush(timeout_s)
        return session.close(timeout_s)

    def _let_go(self, timeout_s: float) -> None:
        """Close the retired sessions whose last stream is over."""
        for session in [one for one in self.retired if not one.pipeline.live]:
            self.retired.remove(session)
            session.close(timeout_s)

    def _at_exit(self) -> None:
        for session in self.sessions():
            with session.guard:
                session.close(_EXIT_TIMEOUT_S)

    def _after_fork(self) -> None:
        self.lock = threading.RLock()
        for session in self.sessions():
            session.after_fork()


RUNTIME = Runtime()


class Instrumentation:
    """What ``instrument()`` returns; as a context manager it uninstruments at the end."""

    def __enter__(self) -> Instrumentation:
        return self

    def __exit__(self, *exc: object) -> None:
        self.uninstrument()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Return True once everything accepted so far is with every sink, within the time."""
        return flush(timeout_s)

    def uninstrument(self) -> None:
        """Take every patch back; see `uninstrument`."""
        uninstrument()


def instrument(
    api_key: str | None = None,
    endpoint: str | None = None,
    *,
    sinks: Sequence[Sink] | None = None,
    integrations: Sequence[str] | None = None,
    dimensions: Mapping[str, str] | None = None,
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    prices: Mapping[str, Any] | str | Path | None = None,
    hosts: Mapping[str, str] | None = None,
    env: str | None = None,
    durability: Literal["process", "memory"] = "process",
) -> Instrumentation:
    """Capture every AI call that this process makes from now on.

    Args:
        api_key: ``aso_k_{id}.{secret}``; else ``ASO_API_KEY``. Without one, and without sinks,
            events go to the local ledger, which ``aso report`` reads.
        endpoint: the ingest endpoint's URL; else ``ASO_ENDPOINT``. A key needs one.
        sinks: where events go, instead of the default sinks.
        integrations: names of SDKs to hook; None: all there are.
        dimensions: tags for every call of the process, at most 8; weaker than all others.
        policy: what is allowed: a Policy, a mapping, or a TOML or JSON file.
        prices: contract prices: a mapping, or a TOML or JSON file.
        hosts: host → provider for hosts of your own; ``aso-proxy`` marks an AI SpendOps proxy.
        env: the environment's name, e.g. ``production``; else ``ASO_ENV``.
        durability: ``process``: an event survives the process's death; ``memory``: it does not.

    Returns:
        A handle to flush and uninstrument. With equal arguments again: the same, nothing changes.

    Raises:
        ConfigError: an argument or a setting is wrong, or differs from the current ones.
    """
    settings = settle(
        api_key=api_key,
        endpoint=endpoint,
        sinks=sinks,
        integrations=integrations,
        dimensions=dimensions,
        policy=policy,
        prices=prices,
        hosts=hosts,
        env=env,
        durability=durability,
    )
    with RUNTIME.lock:
        session = RUNTIME.session
        if session is not None and (not RUNTIME.is_standing_in or session.settings == settings):
            _expect_same(session.settings, settings)
            RUNTIME.is_standing_in = False
        elif settings.is_disabled:
            RUNTIME.stop(_CLOSE_TIMEOUT_S)
        else:
            _check_integrations(settings.integrations)
            RUNTIME.start(open_session(settings))
    return Instrumentation()


def stand_in() -> None:
    """Instrument by the environment's settings, until the program does so itself: ``aso run``."""
    with RUNTIME.lock:
        instrument()
        RUNTIME.is_standing_in = True


def uninstrument() -> None:
    """Give every SDK its own functions back and deliver; open streams finish to the old sinks."""
    with RUNTIME.lock:
        RUNTIME.stop(_CLOSE_TIMEOUT_S)


def flush(timeout_s: float = 5.0) -> bool:
    """Return True once everything accepted so far is with every sink; False after the time."""
    flushed = [session.flush(timeout_s) for session in RUNTIME.sessions()]  # every one of them
    return all(flushed)


def shutdown(timeout_s: float = 5.0) -> bool:
    """Uninstrument, deliver and close the sinks; what is left stays in the journal: False."""
    with RUNTIME.lock:
        return RUNTIME.stop(timeout_s)


def stats() -> Stats:
    """Return the counts since ``instrument()``; all 0 where nothing is instrumented."""
    session = RUNTIME.session
    return session.stats() if session is not None else Stats(**dict.fromkeys(_STATS, 0))


_STATS = Stats._fields


@contextmanager
def capture_events() -> Generator[list[Event], None, None]:
    """Collect the events of a block, with or without ``instrument()``; sinks see none of them.

    Streams that were dropped are collected once at the end, so their events are there too.
    """
    events: list[Event] = []
    with _session_for_tests() as session:
        session.pipeline.watchers.append(events.append)
        try:
            yield events
        finally:
            gc.collect()
            session.pipeline.sweep()
            session.pipeline.watchers.remove(events.append)


@contextmanager
def _session_for_tests() -> Generator[Session, None, None]:
    if RUNTIME.session is not None:
        yield RUNTIME.session
        return
    with RUNTIME.lock:
        session = open_session(settle(sinks=[], durability="memory"))
        RUNTIME.start(session)
    try:
        yield session
    finally:
        uninstrument()


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
        settings.home, "+".join(names) or None, origin, durability=settings.durability
    )
    return Session(settings, journal, sinks, derive, origin)


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


def _expect_same(current: Settings, wanted: Settings) -> None:
    if current != wanted:
        raise ConfigError(
            f"instrument() was called before with other arguments ({current.difference(wanted)}); "
            "one process has one instrumentation: call aso.uninstrument() first"
        )


def _check_integrations(names: Sequence[str] | None) -> None:
    for name in names or ():
        if name not in INTEGRATIONS:
            raise ConfigError(
                f"integration {name!r} is not known: choose from {sorted(INTEGRATIONS)}"
            )
        require(INTEGRATIONS[name])
