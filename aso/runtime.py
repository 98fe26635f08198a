"""THE global object: what is instrumented now. instrument(), uninstrument(), fork and exit."""

from __future__ import annotations

import atexit
import gc
import os
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from aso.config import Settings, settle
from aso.errors import ConfigError
from aso.integrations import INTEGRATIONS
from aso.patch import require
from aso.records import Event
from aso.session import Session, Stats, open_session

if TYPE_CHECKING:
    from pathlib import Path

    from aso.policy import Policy
    from aso.sinks import Sink

_CLOSE_TIMEOUT_S, _EXIT_TIMEOUT_S = 5.0, 2.0


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
