"""Events into the embedded ledger, which `aso report` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aso import config
from aso.errors import ConfigError
from aso.ledger import Ledger
from aso.records import Event


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

    def send(self, events: Sequence[Event]) -> None:
        """Write the batch in one transaction.

        Raises:
            LedgerError: nothing was written; the same batch is to be sent again.
        """
        if self._ledger is not None and self._ledger.is_stale:
            self.close()
        if self._ledger is None:
            self._ledger = Ledger(self.path)
        self._ledger.add(events)

    def close(self) -> None:
        """Close the file."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LedgerSink) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)


def default_path() -> Path:
    """Return where the ledger is when nobody says otherwise."""
    home = config.home()
    if home is None:
        raise ConfigError(
            "there is no home directory for the ledger: set ASO_HOME to a writable folder"
        )
    return home / "ledger.db"
