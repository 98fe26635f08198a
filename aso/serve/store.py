"""What a server keeps: the protocol that every store fits.

A tenant is whose events they are; nothing that is asked for one is answered from another's. Methods
block, may be called by many threads at once, and raise LedgerError where the store cannot be read or
written: nothing was changed then, and the same may be asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from aso.errors import ConfigError
from aso.report import Period, Spend

Document = Mapping[str, Any]  # an event in wire form, checked (aso.serve.batch)
Scope = Literal["all", "ingest", "read"]

_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class StoredKey(NamedTuple):
    """An API key as it is kept: never its secret. Times: milliseconds since the epoch.

    ``digest``: HMAC-SHA-256 of the whole key, by the server's secret.
    ``scope``: ``ingest`` may send events and ask for policy and spend, ``read`` may ask for reports
    and exports, ``all`` both.
    """

    id: str
    tenant: str
    digest: bytes
    scope: Scope
    name: str
    created_at_ms: int
    revoked_at_ms: int | None = None


class Registry(Protocol):
    """Who may come in, and each tenant's policy."""

    def add_key(self, key: StoredKey) -> None:
        """Keep a new key; its id is of nobody else."""
        ...

    def find_key(self, key_id: str) -> StoredKey | None:
        """Return the key of this id, revoked or not; None: there is none."""
        ...

    def every_key(self) -> Sequence[StoredKey]:
        """Return every key, the oldest first."""
        ...

    def revoke_key(self, key_id: str, at_ms: int) -> bool:
        """Revoke a key from now on; return False where there is none that is active."""
        ...

    def policy(self, tenant: str) -> str | None:
        """Return the tenant's policy, a JSON object as it was set; None: it has none."""
        ...

    def set_policy(self, tenant: str, document: str | None) -> None:
        """Set the tenant's policy; None: it has none any more."""
        ...


class Store(Protocol):
    """Where events are kept. A tenant that has none is not made by asking."""

    @property
    def registry(self) -> Registry:
        """Return the keys and policies that belong to it."""
        ...

    def add(self, tenant: str, events: Sequence[Document]) -> int:
        """Keep events, each (event id, revision) once: the first that came stays.

        They are on the disk when this returns: neither the process's nor the machine's end loses
        them. All of them are, or none.

        Returns:
            How many are new; the others are duplicates, of the store or of each other.
        """
        ...

    def spend(self, tenant: str, by: str, *, period: Period, where: Sequence[str]) -> Spend:
        """Return what `aso report` says: of each event the highest revision, summed exactly.

        Args:
            tenant: whose.
            by: names as ``aso.report.parse_grouping`` takes them: ``day,team``; empty: the total.
            period: of the events' ends.
            where: filters, ``key=value``; all must hold.

        Raises:
            ConfigError: a name or a filter is wrong.
        """
        ...

    def dimensions(self, tenant: str, *, period: Period, where: Sequence[str]) -> Mapping[str, int]:
        """Return the names of the dimensions that the calls have, and how many calls have each.

        Raises:
            ConfigError: a filter is wrong.
        """
        ...

    def documents(
        self, tenant: str, *, period: Period, where: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the events that count, in wire form, with all that was sent; by their ends.

        Raises:
            ConfigError: a filter is wrong.
        """
        ...

    def check(self) -> None:
        """Raise where it can neither be read nor written to."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def tenant_named(text: str) -> str:
    """Return the name of a tenant, which may be a folder's or a schema's.

    Raises:
        ConfigError: it cannot be one.
    """
    if not _TENANT.fullmatch(text):
        raise ConfigError(
            f"tenant {text[:64]!r} is no name: write 1 to 63 of a to z, 0 to 9, - and _, the first "
            "a letter or a digit"
        )
    return text
