"""The store of one machine: a ledger for each tenant, read by all that reads ledgers.

    FOLDER/server.db                    keys and policies
    FOLDER/secret                       what keys are hashed with
    FOLDER/tenants/NAME/ledger.db       with its compacted history beside it

So `aso --ledger FOLDER/tenants/NAME/ledger.db report` works, and past days are compacted to Parquet.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from aso.journal.files import make_private
from aso.ledger import Ledger
from aso.ledger.upkeep import Upkeep
from aso.report import Line, Period, Spend, dimensions, parse_grouping, spend
from aso.report.grouping import parse_filters
from aso.serve.registry import FileRegistry
from aso.serve.store import Document, tenant_named

_OPEN = 64  # tenants' files
_STOP_S = 5.0


class _Writer:
    """One tenant's ledger, written by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None
        self._upkeep = Upkeep(path)

    def add(self, events: Sequence[Document]) -> int:
        with self._lock:
            if self._ledger is not None and self._ledger.is_stale:
                self._let_go()
            if self._ledger is None:
                make_private(self._path.parent)
                self._ledger = Ledger(self._path, survives_power_loss=True)
            added = self._ledger.add_wire(events)
            self._upkeep.look()
            return added

    def close(self) -> None:
        self._upkeep.stop(_STOP_S)
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None


class EmbeddedStore:
    """Keeps everything in a folder (store.Store).

    Args:
        folder: it is made, its owner's alone, when it is first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._registry = FileRegistry(self._folder / "server.db")
        self._writers: OrderedDict[str, _Writer] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def registry(self) -> FileRegistry:
        """Return the keys and policies."""
        return self._registry

    def add(self, tenant: str, events: Sequence[Document]) -> int:
        """Keep events, in one transaction; return how many are new."""
        return self._writer(tenant).add(events) if events else 0

    def spend(self, tenant: str, by: str, *, period: Period, where: Sequence[str]) -> Spend:
        """Return what `aso report` says."""
        grouping = parse_grouping(by)
        parse_filters(where)  # what is wrong is said, also where there are no events
        with self._reader(tenant) as ledger:
            if ledger is None:
                return Spend(grouping, (), Line(()))
            return spend(ledger, grouping, period=period, where=where)

    def dimensions(self, tenant: str, *, period: Period, where: Sequence[str]) -> Mapping[str, int]:
        """Return how many calls have each dimension."""
        parse_filters(where)
        with self._reader(tenant) as ledger:
            return {} if ledger is None else dimensions(ledger, period=period, where=where)

    def documents(
        self, tenant: str, *, period: Period, where: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the events that count, by their ends."""
        filters, values = parse_filters(where)
        times, instants = period.condition()
        condition = f"({filters}) AND ({times})"
        with self._reader(tenant) as ledger:
            if ledger is not None:
                yield from ledger.documents(condition, [*values, *instants])

    def check(self) -> None:
        """Raise where it cannot be used."""
        self._registry.find_key("")

    def close(self) -> None:
        """Close the files; a compaction at work is given up."""
        with self._lock:
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()

    def _path(self, tenant: str) -> Path:
        return self._folder / "tenants" / tenant_named(tenant) / "ledger.db"

    def _writer(self, tenant: str) -> _Writer:
        """Return the tenant's writer; the one that was not used for longest may be closed for it."""
        with self._lock:
            found = self._writers.get(tenant)
            if found is None:
                found = self._writers[tenant] = _Writer(self._path(tenant))
            self._writers.move_to_end(tenant)
            if len(self._writers) > _OPEN:
                self._writers.popitem(last=False)[1].close()
            return found

    @contextmanager
    def _reader(self, tenant: str) -> Generator[Ledger | None, None, None]:
        """Give the tenant's ledger, for this thread alone; None: nothing was ever sent."""
        path = self._path(tenant)
        if not path.exists():
            yield None
            return
        with closing(Ledger(path)) as ledger:
            yield ledger
