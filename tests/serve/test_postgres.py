"""PostgreSQL alone: several processes at once, its end in the midst of work, rights, and no password anywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from aso import records
from aso.cli import main
from aso.errors import ConfigError
from aso.ledger import LedgerError
from aso.report import Period
from aso.serve.postgres.store import PostgresStore
from tests.events import event
from tests.serve.cluster import PASSWORD, Cluster
from tests.serve.served import Served, batch, serving
from tests.sinks.tls import certificate, needs_openssl


def together(works: Iterable[Callable[[], Any]]) -> list[Any]:
    """Do all at once, each in a thread; return what each returns."""
    every = list(works)
    start = Barrier(len(every))

    def one(work: Callable[[], Any]) -> Any:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(every)) as threads:
        return list(threads.map(one, every))


def exported(store: PostgresStore, tenant: str) -> Any:
    """Return the events that count, not read yet."""
    return store.documents(tenant, period=Period(), where=[])


class _Sender:
    """Posts events, one a batch, each until it is taken."""

    def __init__(self, server: Served, key: str, first: int) -> None:
        self._server, self._key, self._first = server, key, first
        self.has_begun, self.may_end = Event(), Event()
        self.refused = 0

    def send(self) -> int:
        """Return how many were taken."""
        for number in count():
            self._post(event(self._first + number))
            self.has_begun.set()
            if self.may_end.is_set():
                return number + 1
        raise AssertionError

    def _post(self, one: records.Event) -> None:
        while (answer := self._server.post(self._key, batch([one]))).status_code != 202:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            self.refused += 1


def test_several_processes_may_make_the_tables_at_once(cluster: Cluster, new_database: str) -> None:
    stores = [PostgresStore(new_database) for _ in range(6)]
    together(store.check for store in stores)
    with cluster.connected() as connection:
        assert connection.execute("SELECT version FROM aso.version").fetchall() == [(1,)]
    for store in stores:
        store.close()


def test_the_same_events_from_several_servers_at_once_are_new_to_one(
    database: str, tenant: str
) -> None:
    documents = [event(number).to_dict() for number in range(300)]
    with closing(PostgresStore(database)) as store, closing(PostgresStore(database)) as other:
        mixed = [random.Random(n).sample(documents, 300) for n in range(6)]
        new = together(partial(one.add, tenant, many) for many in mixed for one in (store, other))
        assert (len(new), sum(new)) == (12, 300)
        assert list(exported(store, tenant)) == documents


def test_two_server_processes_share_a_database(database: str, tenant: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        secret = tmp_path / "secret"
        servers = [stack.enter_context(serving(database, secret)) for _ in range(2)]
        key = servers[0].key(tenant)
        batches = [batch([event(n) for n in range(k * 25, k * 25 + 50)]) for k in range(19)]
        answers = together(
            partial(lambda server: [server.post(key, one).json() for one in batches], server)
            for server in servers
        )
        assert sum(one["accepted"] for said in answers for one in said) == 500
        assert [server.events(key) for server in servers] == [
            [event(n).to_dict() for n in range(500)]
        ] * 2


def test_nothing_acknowledged_is_lost_when_postgresql_dies(
    cluster: Cluster, database: str, tenant: str, tmp_path: Path
) -> None:
    with serving(database, tmp_path / "secret") as server, ThreadPoolExecutor(4) as threads:
        key = server.key(tenant)
        senders = [_Sender(server, key, n << 14) for n in range(4)]
        sent = [threads.submit(one.send) for one in senders]
        for one in senders:
            one.has_begun.wait()
        cluster.kill()
        assert server.client.get("/healthz").status_code == 503
        cluster.start()
        for one in senders:
            one.may_end.set()
        taken = [(n << 14) + number for n, one in enumerate(sent) for number in range(one.result())]
        assert sum(one.refused for one in senders) > 0
        assert server.events(key) == [event(n).to_dict() for n in taken]


def test_connections_that_postgresql_has_ended_are_not_used_again(
    cluster: Cluster, database: str, tenant: str
) -> None:
    with closing(PostgresStore(database)) as store:
        together([store.check] * 4)
        with cluster.connected() as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                "WHERE application_name = 'aso serve'"
            ).fetchall()
        assert (len(ended) > 0, set(ended)) == (True, {(True,)})
        assert store.add(tenant, [event(1).to_dict()]) == 1


def test_a_server_that_cannot_reach_it_does_not_say_that_it_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"postgresql://aso@/db?host={tmp_path}"
    assert main(["serve", "--port", "0", "--store", nowhere]) == 1
    said = capsys.readouterr()
    assert (said.out, "No such file or directory" in said.err) == ("", True)


@needs_openssl
def test_tls_is_what_the_url_says(cluster: Cluster, tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    pem, strange = certificate(tmp_path, "localhost"), certificate(other, "localhost")
    cluster.use_tls(pem)
    way = f"postgresql://postgres:{PASSWORD}@localhost:{cluster.port}/postgres?hostaddr=127.0.0.1"
    verified = f"{way}&sslmode=verify-full&sslrootcert="
    with closing(PostgresStore(f"{verified}{pem}")) as store, store._connections.one() as found:
        sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert found.execute(sql).fetchone() == (True,)
    with pytest.raises(LedgerError, match="certificate verify failed"):
        PostgresStore(f"{verified}{strange}").check()


def test_a_password_is_said_nowhere(
    cluster: Cluster,
    database: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong = cluster.url(password="wr0ng-s3cret")
    assert main(["serve", "keys", "list", "--store", wrong]) == 1
    said = capsys.readouterr()
    assert 'password authentication failed for user "postgres"' in said.err
    store = PostgresStore(database)
    assert not any(
        secret in text
        for secret in ("wr0ng", PASSWORD)
        for text in (said.err, said.out, caplog.text, repr(store), str(vars(store)))
    )


@pytest.mark.parametrize(
    "target",
    [
        "postgresql://aso:s3cret%zz@/db",
        "postgresql://aso:s3cret@[::1/db",
        "postgresql://aso:s3cret@/db?nothing=1",
        "postgresql://aso:s3/cret@host/db",
        "postgresql://aso:s3@cret@host/db",
    ],
)
def test_a_url_that_cannot_be_read_is_not_quoted(target: str) -> None:
    with pytest.raises(ConfigError, match="write postgresql://USER@HOST") as caught:
        PostgresStore(target).check()
    assert "s3" not in str(caught.value)


def test_a_database_of_a_newer_version_is_left_alone(cluster: Cluster, new_database: str) -> None:
    with closing(PostgresStore(new_database)) as store:
        store.check()
    with cluster.connected() as connection:
        connection.execute("UPDATE aso.version SET version = 99")
    with pytest.raises(LedgerError, match="has version 99 of aso's tables, this aso knows 1"):
        PostgresStore(new_database).check()


def test_a_database_that_cannot_keep_every_text_is_refused(cluster: Cluster) -> None:
    with cluster.connected() as connection:
        connection.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
    with pytest.raises(LedgerError, match="encoding is LATIN1"):
        PostgresStore(cluster.url("latin")).check()


def test_what_is_answered_is_on_the_disk_whatever_the_settings_say(database: str) -> None:
    careless = f"{database}&options=-c%20synchronous_commit%3Doff"
    with closing(PostgresStore(careless)) as store, store._connections.one() as found:
        assert found.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_exports_that_nobody_reads_hold_up_no_batch(database: str, tenant: str) -> None:
    with closing(PostgresStore(database)) as store:
        store.add(tenant, [event(n).to_dict() for n in range(3)])
        stalled = [exported(store, tenant) for _ in range(4)]
        assert [next(one)["event_id"] for one in stalled] == [event(0).event_id] * 4
        with pytest.raises(LedgerError, match="every connection to PostgreSQL is in use"):
            next(exported(store, tenant))
        assert store.add(tenant, [event(4).to_dict()]) == 1
        stalled.pop().close()
        assert len(list(exported(store, tenant))) == 4


def test_what_postgresql_does_not_take_is_not_quoted(database: str, tenant: str) -> None:
    wrong = event(1).to_dict() | {"first_byte_at_ms": "a prompt"}
    with closing(PostgresStore(database)) as store:
        with pytest.raises(LedgerError, match=r"cannot be used \(InvalidText") as caught:
            store.add(tenant, [event(2).to_dict(), wrong])
        assert "prompt" not in str(caught.value)
        assert list(exported(store, tenant)) == []


def test_another_scheme_is_refused_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "keys", "list", "--store", "mysql://aso:s3cret@host/db"]) == 2
    said = capsys.readouterr().err
    assert ("mysql://... is not known" in said, "s3cret" in said) == (True, False)
