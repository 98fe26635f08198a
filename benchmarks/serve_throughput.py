"""How many events a second `aso serve` takes, and what one costs it: the server's CPU, not the client's.

    python -m benchmarks.serve_throughput [--events 100000] [--clients 2] [--postgresql]

Batches of 500 events as they are sent (2 KB each before gzip), made before the clock starts, posted over
kept connections to a server process on this machine. Every event is new: each is checked, written and on
the disk when its batch is answered. The events of a core are those of a second of the server's CPU; with
--postgresql, on a new PostgreSQL of this machine with its own defaults, also of both's.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from pydantic_core import to_json

from benchmarks.report_million import sample_event, sample_kind
from benchmarks.timing import heading
from tests.serve.cluster import Cluster, cluster_of, programs

BATCH = 500


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--clients", type=int, default=2)
    options.add_argument("--store", help="a URL; default: a new folder")
    options.add_argument("--postgresql", action="store_true", help="on a new server of its own")
    chosen = options.parse_args()
    heading("aso serve: events in a second of one core")
    bodies, sizes = zip(*batches(chosen.events), strict=True)
    mean = sum(sizes) / chosen.events
    print(f"{chosen.events:,} events of {mean:,.0f} bytes, in gzip batches of {BATCH}")
    with ExitStack() as stack:
        database = stack.enter_context(postgresql()) if chosen.postgresql else None
        store = database.url() if database else chosen.store
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url, key, pid = stack.enter_context(serving(store or folder))
        post(url, key, bodies[:1])  # what is loaded once
        cpu, wall, beside = cpu_s(pid), time.perf_counter(), cpu_of(database)
        post_at_once(url, key, bodies[1:], chosen.clients)
        wall, cpu = time.perf_counter() - wall, cpu_s(pid) - cpu
        beside = cpu_of(database) - beside
    count = BATCH * (len(bodies) - 1)
    print(f"server CPU per event {cpu / count * 1e6:.1f} µs: {count / cpu:,.0f} events/s of a core")
    if database is not None:
        each = (cpu + beside) / count
        print(f"with PostgreSQL's {each * 1e6:.1f} µs: {1 / each:,.0f} events/s of a core for both")
    print(f"wall, {chosen.clients} clients on the same machine: {count / wall:,.0f} events/s")


def batches(events: int) -> Iterator[tuple[bytes, int]]:
    """Yield bodies as the sink makes them, and their size before gzip."""
    chance = random.Random(20261126)
    kinds = [sample_kind(chance) for _ in range(2_000)]
    for first in range(0, events, BATCH):
        documents = [
            sample_event(number, events, kinds, chance)
            ._replace(event_id=event_id(chance, number), revision=0)
            .to_dict()
            for number in range(first, first + BATCH)
        ]
        text = to_json({"schema": "aso.batch/1", "batch_id": str(first), "events": documents})
        yield gzip.compress(text, compresslevel=3, mtime=0), len(text)


def event_id(chance: random.Random, number: int) -> str:
    """Return a UUIDv7 of its own: in order of time, the rest at random."""
    digits = f"0192{number:08x}7{chance.getrandbits(12):03x}8{chance.getrandbits(60):015x}"
    return str(uuid.UUID(digits))


def post(url: str, key: str, bodies: Sequence[bytes]) -> None:
    connection = http.client.HTTPConnection(url.partition("://")[2], timeout=60)
    headers = {"X-ASO-API-Key": key, "Content-Encoding": "gzip"}
    for body in bodies:
        connection.request("POST", "/v1/events", body, headers)
        answer = json.loads(connection.getresponse().read())
        assert answer == {"accepted": BATCH, "duplicates": 0, "rejected": []}, answer


def post_at_once(url: str, key: str, bodies: Sequence[bytes], clients: int) -> None:
    shares = [bodies[n::clients] for n in range(clients)]
    threads = [threading.Thread(target=post, args=(url, key, share)) for share in shares]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def postgresql() -> AbstractContextManager[Cluster]:
    """Return a PostgreSQL of this machine, which is started for the block."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not installed")
    return cluster_of(found)


@contextmanager
def serving(store: str) -> Iterator[tuple[str, str, int]]:
    """Run a server on a store; give its URL, a key and its process."""
    home = ["--store", store, "--secret-file", str(Path(tempfile.mkdtemp()) / "secret")]
    command = [sys.executable, "-m", "aso", "serve"]
    create = [*command, "keys", "create", "--tenant", "benchmark", *home]
    key = subprocess.run(create, check=True, capture_output=True, text=True).stdout.strip()
    limits = ["--port", "0", "--events-per-s", "1000000"]
    with subprocess.Popen([*command, *home, *limits], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().rpartition(" ")[2].strip(), key, server.pid
        finally:
            server.terminate()


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process and its threads, in seconds (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def cpu_of(database: Cluster | None) -> float:
    """Return the CPU time of PostgreSQL's processes, those that have ended too."""
    if database is None:
        return 0.0
    task = Path(f"/proc/{database.pid}/task/{database.pid}/children")
    children = [int(pid) for pid in task.read_text(encoding="ascii").split()]
    return sum(map(cpu_s, [database.pid, *children])) + ended_s(database.pid)


def ended_s(pid: int) -> float:
    """Return the CPU time of a process's children that have ended (proc(5): cutime and cstime)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / 100


if __name__ == "__main__":
    main()
