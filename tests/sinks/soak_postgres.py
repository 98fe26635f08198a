"""The soak against ``aso serve`` on PostgreSQL: either is killed (-9), and started again."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.serve.cluster import Cluster, cluster_of, programs
from tests.sinks.soak_endpoint import Endpoint, Found, Served


class ServedOnPostgres(Served):
    """A database cluster of its own; every third kill is the database's, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._held = ExitStack()
        self._cluster: Cluster
        self._crashes = itertools.count(1)
        self._is_crashed = False

    def __enter__(self) -> Endpoint:
        installed = programs()
        if installed is None:
            raise RuntimeError("PostgreSQL is not installed here")
        self._cluster = self._held.enter_context(cluster_of(installed))
        return super().__enter__()

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self._held.close()

    def found(self) -> Iterator[Found]:
        """Return what the tenant's rows are."""
        columns = "event_id::text, revision, dims ->> 'program', prompt_tokens"
        with self._cluster.connected() as connection:
            rows = connection.execute(f"SELECT {columns} FROM aso.events").fetchall()
        return (Found(*row) for row in rows)

    def _launched(self) -> None:
        if self._is_crashed:
            self._cluster.start()
            self._is_crashed = False
        super()._launched()

    def _killed(self) -> None:
        if next(self._crashes) % 3 == 0:
            self._cluster.kill()
            self._is_crashed = True
        super()._killed()

    def _aso(self, *arguments: str) -> Sequence[str]:
        where = [f"--store={self._cluster.url()}", f"--secret-file={self.folder / 'secret'}"]
        return [sys.executable, "-m", "aso", "serve", *where, *arguments]
