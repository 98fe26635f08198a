"""CPU time of the whole process per call, all background work included, by sink.

    python -m benchmarks.process_cpu [calls]

The SDK's own work is replaced by nothing (as in call_path), so what is left is ours: the caller's
part, the event's derivation, the price, the batch and its delivery. Calls come at a steady pace, as
in a program; the batches are those that the shipper's own rhythm makes. The clock stops when all is
delivered. The ingest endpoint is another process on this machine, whose time is not counted.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aso
from aso.sinks import IngestSink, LedgerSink, Sink
from benchmarks.call_path import stubbed_call
from benchmarks.timing import expect_no_errors, heading, home

KEY = "aso_k_benchmark.secret"
BURST, PAUSE_S = 20, 0.01  # 2,000 calls a second, at most
SERVER = r"""
import http.server, sys
class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"accepted": 0, "duplicates": 0, "rejected": []}'
        self.send_response(202)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): ...
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
print(server.server_port, flush=True)
server.serve_forever()
"""


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    heading("CPU of the process per call, µs")
    call = stubbed_call()
    bare = min(per_call(call, calls) for _ in range(3))
    print(f"bare, with the loop's own pauses: {bare:.1f}")
    with home(), endpoint() as url:
        kinds: dict[str, Callable[[], Sink]] = {
            "LedgerSink": LedgerSink,
            "IngestSink": lambda: IngestSink(url, KEY),
        }
        for name, sink in kinds.items():
            runs = sorted(delivered(call, calls, sink()) - bare for _ in range(5))
            print(f"{name:12} median {runs[2]:6.1f}  least {runs[0]:6.1f}  most {runs[4]:6.1f}")


def delivered(call: Callable[[], object], calls: int, sink: Sink) -> float:
    """Return the CPU time per call, up to the last event's delivery."""
    with aso.instrument(sinks=[sink]) as handle:
        per_call(call, 1_000)
        handle.flush(60)
        taken = per_call(call, calls, then=lambda: handle.flush(60))
        expect_no_errors()
        return taken


def per_call(
    call: Callable[[], object], calls: int, then: Callable[[], object] = lambda: None
) -> float:
    """Return the process's CPU time in µs, by the number of calls."""
    started = time.process_time_ns()
    for _ in range(calls // BURST):
        for _ in range(BURST):
            call()
        time.sleep(PAUSE_S)
    then()
    return (time.process_time_ns() - started) / 1000 / calls


@contextmanager
def endpoint(program: str = SERVER) -> Iterator[str]:
    """Run an ingest endpoint, one that accepts everything, in a process of its own."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


if __name__ == "__main__":
    main()
