"""Connections to one database: opened when needed, used by one thread at a time, kept while they are good.

libpq's own parameters hold, of the URL, the environment, a service or password file: TLS and several
hosts too. What PostgreSQL says of an error is passed on, but for what could quote a value.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

from psycopg import Connection, DataError, Error, OperationalError, RawCursor, conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.string import TextLoader

from aso.errors import ConfigError
from aso.ledger import LedgerError
from aso.serve.postgres.schema import prepare

Row: TypeAlias = tuple[Any, ...]
Database: TypeAlias = Connection[Row]

# A server that is gone without a word is noticed within a minute; what the URL says goes over these.
_DEFAULTS = {
    "fallback_application_name": "aso serve",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


class Connections:
    """At most so many connections at once; who comes then waits for one.

    One that is at rest is used again, unless the other side has closed it; one that anything went
    wrong with is not, so that a server that has become a standby is left for the next.

    Args:
        target: a URL as libpq takes it.
        most: how many at once.
        wait_s: how long to wait for one of them.

    Raises:
        ConfigError: the URL cannot be read; it is not quoted, as it may hold a password.
    """

    def __init__(self, target: str, *, most: int, wait_s: float) -> None:
        self._said = _said_by(target)
        self._wait_s = wait_s
        self._turns = threading.BoundedSemaphore(most)
        self._idle: list[Database] = []
        self._is_closed = False

    @contextmanager
    def one(self) -> Generator[Database, None, None]:
        """Give a connection; each statement is a transaction of its own.

        Raises:
            LedgerError: there is none, or PostgreSQL refused something.
        """
        if not self._turns.acquire(timeout=self._wait_s):
            raise LedgerError("every connection to PostgreSQL is in use: ask again later")
        try:
            with _explained():
                yield from self._used()
        finally:
            self._turns.release()

    def close(self) -> None:
        """Close those at rest; the others when they are given back."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _used(self) -> Generator[Database, None, None]:
        connection = self._rested() or self._opened()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        if self._is_closed:
            self.close()

    def _rested(self) -> Database | None:
        """Return the one that was used last, if it is still good."""
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if _is_good(connection):
                    return connection
                connection.close()
        return None

    def _opened(self) -> Database:
        connection: Database = Connection.connect(
            self._said,
            autocommit=True,
            prepare_threshold=None,  # a pooler before the database may give each statement another
            cursor_factory=RawCursor,
        )
        for kind in ("jsonb", "uuid"):  # as a ledger has them
            connection.adapters.register_loader(kind, TextLoader)
        try:
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _said_by(target: str) -> str:
    """Return the URL with what it leaves open, as libpq's keywords and values."""
    place = target.partition("://")[2].partition("?")[0]
    try:
        if "@" in place.partition("@")[2] or "@" in place.partition("/")[2]:
            raise OperationalError  # part of a password would be a host's name, which is said
        return conninfo.make_conninfo("", **{**_DEFAULTS, **conninfo.conninfo_to_dict(target)})
    except Error:  # libpq quotes what it cannot read
        raise ConfigError(
            "--store is no URL that PostgreSQL's library can read: write "
            "postgresql://USER@HOST:PORT/DATABASE, other characters than letters and digits as %XX"
        ) from None


def _is_good(connection: Database) -> bool:
    """Return False where the other side has closed it; asks nobody."""
    try:
        for _ in range(2):  # the first may read a farewell, the second the end
            connection.pgconn.consume_input()
    except OperationalError:
        return False
    return connection.info.transaction_status == TransactionStatus.IDLE


@contextmanager
def _explained() -> Generator[None, None, None]:
    try:
        yield
    except Error as error:
        raise LedgerError(
            f"PostgreSQL cannot be used ({_said(error)}): look at its log, at --store, at the rights "
            "of the role and at the room on the disk"
        ) from None


def _said(error: Error) -> str:
    """Return what PostgreSQL says; of a value that it does not take only what kind of error it is."""
    if isinstance(error, DataError):
        return type(error).__name__
    return error.diag.message_primary or str(error).partition("\n")[0]
