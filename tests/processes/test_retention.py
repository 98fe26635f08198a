"""One sink that is dead holds up no other; what cannot wait for it is dropped, counted and said."""

from __future__ import annotations

import re
import socket
import time

from aso.cli.journals import journals
from tests.processes.running import MAX_S, home, ids, start
from tests.processes.running import run as run_program
from tests.sinks.ingest_server import KEY, IngestServer


def test_a_sink_that_hangs_holds_up_no_other() -> None:
    with IngestServer() as hanging:
        hanging.faults = iter(["hang"] * 99)
        hanging.patience_s = 60.0
        with start(
            "two_sinks", "", hanging.url, "3", program="records", ASO_API_KEY=KEY
        ) as process:
            lines = [process.stdout.readline().strip() for _ in range(3)]
            wait_for(3)
            assert (ids(), process.ask()) == (sorted(lines), "0 3")
            process.kill()


def test_what_is_over_the_bound_is_counted_in_the_process_and_by_doctor() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        settings = {"ASO_API_KEY": KEY, "ASO_ENDPOINT": refusing, "ASO_JOURNAL_MAX_BYTES": "8MiB"}
        (said,) = run_program("many", "", "7000", program="records", **settings)
    pending, dropped = map(int, said.split())
    assert (pending + dropped, dropped > 0) == (7_000, True)
    report = "\n".join(f"{name}: {text}" for name, text, _ in journals(home()))
    waiting = number_in(r"([\d,]+) records to deliver", report)
    gone = number_in(r"dropped: ([\d,]+) records from", report)
    assert waiting + gone == 7_000  # what was in hand at the end counts as well


def number_in(pattern: str, text: str) -> int:
    (found,) = re.findall(pattern, text)
    return int(found.replace(",", ""))


def wait_for(count: int) -> None:
    deadline = time.monotonic() + MAX_S
    while time.monotonic() < deadline:
        if (home() / "ledger.db").exists() and len(ids()) >= count:
            return
        time.sleep(0.05)
