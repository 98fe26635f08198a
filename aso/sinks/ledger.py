"""Events into the embedded ledger, which `aso report` reads; now and then its past is compacted.

No SQLite file may be open across a fork: the child takes over what SQLite knows of its locks, takes
none of its own, and what it commits is lost when the parent closes the file (sqlite.org,
howtocorrupt.html section 2.6). So the file is closed before a fork, and opened again when needed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from weakref import WeakValueDictionary

from aso import environment
from aso.errors import ConfigError
from aso.ledger import Ledger, LedgerError
from aso.ledger.upkeep import Upkeep
from aso.records import Event

_BEFORE_FORK_S = 1.0  # how long a fork waits for the batch that is being written
_SINKS: WeakValueDictionary[int, LedgerSink] = WeakValueDictionary()  # equal ones are two


class LedgerSink:
    """Writes to a ledger file; each event is there once, however often it is sent.

    Args:
        path: the file; None: ``ledger.db`` in ASO_HOME, else in ``~/.aso``.

    Raises:
        ConfigError: there is no home to put it in.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path).absolute() if path is not None else default_path()
        self.destination: str | None = f"ledger:{self.path}"
        self._ledger: Ledger | None = None
        self._is_inherited = False
        self._is_held = False  # by a fork
        self._is_compacting = False  # when a fork came
        self._busy = threading.Lock()
        self._upkeep = Upkeep(self.path)
        _SINKS[id(self)] = self

    def send(self, events: Sequence[Event]) -> None:
        """Write the batch in one transaction.

        Raises:
            LedgerError: nothing was written; the same batch is to be sent again.
        """
        with self._busy:
            if self._is_inherited:
                raise LedgerError(
                    f"ledger {self.path} was being written when this process was forked: what it "
                    "calls stays in the journal, and the next process writes it"
                )
            if self._ledger is not None and self._ledger.is_stale:
                self._let_go()
            if self._ledger is None:
                self._ledger = Ledger(self.path)
            self._ledger.add(events)
            self._upkeep.look()

    def close(self) -> None:
        """Close the file."""
        self._upkeep.stop(_BEFORE_FORK_S)
        with self._busy:
            self._let_go()

    def before_fork(self) -> None:
        """Close the file and let nobody open it; a batch that takes too long goes on."""
        if self._busy.acquire(timeout=_BEFORE_FORK_S):
            self._is_held = True
            self._let_go()
        self._is_compacting = not self._upkeep.stop(_BEFORE_FORK_S)

    def after_fork_in_parent(self) -> None:
        """Let the file be opened again."""
        if self._is_held:
            self._is_held = False
            self._busy.release()

    def after_fork_in_child(self) -> None:
        """Start with a lock of its own; a file that is open here is the parent's."""
        self._busy, self._is_held = threading.Lock(), False
        self._upkeep = Upkeep(self.path)
        is_open = self._ledger is not None or self._is_compacting
        self._is_inherited = self._is_inherited or is_open
        self._let_go()

    def _let_go(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LedgerSink) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)


def default_path() -> Path:
    """Return where the ledger is when nobody says otherwise."""
    home = environment.home()
    if home is None:
        raise ConfigError(
            "there is no home directory for the ledger: set ASO_HOME to a writable folder"
        )
    return home / "ledger.db"


def _before_fork() -> None:
    for sink in list(_SINKS.values()):
        sink.before_fork()


def _after_fork_in_parent() -> None:
    for sink in list(_SINKS.values()):
        sink.after_fork_in_parent()


def _after_fork_in_child() -> None:
    for sink in list(_SINKS.values()):
        sink.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
