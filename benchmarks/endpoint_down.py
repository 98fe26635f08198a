"""Memory and disk of a client whose endpoint is down, and what becomes of every call.

    python -m benchmarks.endpoint_down [calls] [bound]

The SDK's own work is replaced by nothing (as in call_path); every call goes through all of ours, into
the journal on the disk, for an IngestSink whose port refuses. ``bound`` is ASO_JOURNAL_MAX_BYTES. After
the last call the endpoint comes up, and what was kept must arrive: delivered and dropped together are
the calls made, or the run ends with 1.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import aso
from aso.journal import destinations
from aso.journal.drops import noted
from aso.runtime import RUNTIME
from aso.sinks import IngestSink
from benchmarks.call_path import stubbed_call
from benchmarks.timing import heading, home

KEY = "aso_k_benchmark.secret"
STEPS = 10
_PAGE = os.sysconf("SC_PAGE_SIZE")
SERVER = r"""
import gzip, http.server, json, sys
seen = set()
class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        events = json.loads(gzip.decompress(data))["events"]
        seen.update((one["event_id"], one["revision"]) for one in events)
        self.answer(202, json.dumps({"accepted": len(events), "duplicates": 0, "rejected": []}))
    def do_GET(self):
        self.answer(200, str(len(seen)))
    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    def log_message(self, *_): ...
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Endpoint)
print("up", flush=True)
server.serve_forever()
"""


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    bound = sys.argv[2] if len(sys.argv) > 2 else "64MiB"
    os.environ["ASO_JOURNAL_MAX_BYTES"] = bound
    heading(f"{calls:,} calls with the endpoint down, journal bounded to {bound}")
    call = stubbed_call()
    with home() as folder, refusing() as (port, release):
        with aso.instrument(sinks=[IngestSink(f"http://127.0.0.1:{port}", KEY)]) as handle:
            make(call, calls, Path(folder))
            kept = aso.stats().pending
            release()
            arrived = after_it_came_up(port, handle)
        counted = aso_counted(Path(folder))
    print(f"kept when it came up {kept:,}, arrived then {arrived:,}; dropped by doctor {counted:,}")
    if kept != arrived or arrived + counted != calls:
        raise SystemExit(f"{calls - arrived - counted:,} of {calls:,} are not accounted for")
    print(f"{arrived:,} + {counted:,} = {calls:,}")


def make(call: Callable[[], object], calls: int, folder: Path) -> None:
    """Call, and print a row at each step."""
    print("      calls   CPU µs a call   resident MB   disk MB      kept   dropped")
    row(0, 0.0, folder)
    step = calls // STEPS
    for number in range(1, STEPS + 1):
        started = time.process_time()
        for _ in range(step):
            call()
        row(number * step, (time.process_time() - started) / step * 1e6, folder)


def row(calls: int, cpu_us: float, folder: Path) -> None:
    session = RUNTIME.session
    assert session is not None
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6
    session.journal.maintain()  # so that both are of one moment
    kept, dropped = session.shipper.pending(), session.journal.dropped
    print(
        f"{calls:11,} {cpu_us:15.1f} {resident:13.1f} {disk:9.1f} {kept:9,} {dropped:9,}",
        flush=True,
    )


@contextmanager
def refusing() -> Iterator[tuple[int, Callable[[], None]]]:
    """Hold a port on which nobody listens; yield it and what gives it free."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1], held.close


def after_it_came_up(port: int, handle: aso.Instrumentation) -> int:
    """Deliver what was kept; return how many events arrived, each counted once."""
    command = [sys.executable, "-c", SERVER, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            if not handle.flush(600):
                print("!! flush says that not all was delivered")
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                return int(answer.read())
        finally:
            server.kill()


def aso_counted(folder: Path) -> int:
    """Return what was dropped as `aso doctor` says it."""
    return sum(noted(one).total for one in destinations(folder))


if __name__ == "__main__":
    main()
