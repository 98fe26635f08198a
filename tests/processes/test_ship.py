"""`aso ship` delivers what other processes journal: theirs while they live, and what the dead left."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator

import pytest

import aso
from tests.processes.running import MAX_S, Started, home, ids, launch, mounted
from tests.processes.running import run as run_program
from tests.processes.running import start as start_program
from tests.sinks.ingest_server import KEY, IngestServer

UNUSED_KEY = "aso_k_abc.unused"  # the same id: the application sends nothing


@pytest.fixture
def ingest() -> Iterator[IngestServer]:
    with IngestServer() as server:
        yield server


def run(role: str, *arguments: str, **changes: str) -> list[str]:
    return run_program(role, "", *arguments, program="records", **changes)


def start(role: str, **changes: str) -> Started:
    return start_program(role, "", program="records", **changes)


def settings(server: IngestServer, key: str = KEY) -> dict[str, str]:
    return {"ASO_API_KEY": key, "ASO_ENDPOINT": server.url}


def journaling(server: IngestServer) -> dict[str, str]:
    """Return the settings of an application that only journals."""
    return {**settings(server, UNUSED_KEY), "ASO_DELIVERY": "ship"}


def ship(*options: str, **changes: str) -> Started:
    command = [sys.executable, "-m", "aso", "ship", "--watch", str(home()), *options]
    started = launch(command, **changes)
    started.stdout.readline()  # it watches
    return started


def shipped(*options: str, **changes: str) -> tuple[int, str]:
    """Ship once; return the exit code and what was said of it."""
    with ship("--once", *options, **changes) as process:
        said = process.communicate(timeout=MAX_S)[0]
    return process.returncode, said.strip()


def crashed(server: IngestServer) -> list[str]:
    """Crash a process that could not deliver yet; return what it saw finish."""
    server.faults = iter(["refuse"] * 99)
    with start("crash", **settings(server)) as application:
        lines = application.stdout.read().splitlines()
    server.faults = iter(())
    return lines


def arrived(server: IngestServer) -> list[str]:
    """Return the generation ids in all requests: one that came twice is there twice."""
    return sorted(event["generation_id"] for batch in server.batches for event in batch["events"])


def kept(server: IngestServer) -> list[str]:
    """Return the generation ids that the endpoint keeps: what came twice is there once."""
    return sorted(event["generation_id"] for event in server.events.values())


def wait_for(server: IngestServer, count: int) -> None:
    deadline = time.monotonic() + MAX_S
    while len(server.events) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_sidecar_delivers_for_a_process_that_only_journals(ingest: IngestServer) -> None:
    with (
        ship(**settings(ingest)) as sidecar,
        start("wait_after_some", **journaling(ingest)) as application,
    ):
        lines = [application.stdout.readline().strip() for _ in range(3)]
        wait_for(ingest, 3)
        application.kill()
        application.wait()
        sidecar.terminate()
        said = sidecar.communicate(timeout=MAX_S)[0]
    assert arrived(ingest) == sorted(lines)
    name = f"ingest:{ingest.url}:abc"
    assert (sidecar.returncode, said) == (
        0,
        f"aso ship: {name}: 3 delivered, 0 set aside, 0 dropped\n",
    )


def test_a_hook_delivers_what_a_living_process_has_journaled_and_leaves(
    ingest: IngestServer,
) -> None:
    with start("wait_after_some", **journaling(ingest)) as application:
        lines = [application.stdout.readline().strip() for _ in range(3)]
        first, second = shipped(**settings(ingest)), shipped(**settings(ingest))
        application.kill()
    assert ([first[0], second[0]], arrived(ingest)) == ([0, 0], sorted(lines))
    assert "3 delivered" in first[1]
    assert "0 delivered" in second[1]


def test_a_process_that_delivers_by_itself_is_not_doubled(ingest: IngestServer) -> None:
    with ship(**settings(ingest)) as sidecar:
        lines = run("some", "30", **settings(ingest))
        sidecar.terminate()
        sidecar.wait(MAX_S)
    assert arrived(ingest) == sorted(lines)


def test_what_a_crash_left_is_adopted_once(ingest: IngestServer) -> None:
    lines = crashed(ingest)
    both = [ship("--once", **settings(ingest)) for _ in range(2)]
    for process in both:
        process.communicate(timeout=MAX_S)
    assert [process.returncode for process in both] == [0, 0]
    assert arrived(ingest) == sorted(lines)


def test_another_key_gets_nothing(ingest: IngestServer) -> None:
    lines = crashed(ingest)
    assert shipped(**settings(ingest, "aso_k_other.s3cret"))[0] == 0
    assert arrived(ingest) == []
    assert shipped(**settings(ingest))[0] == 0
    assert arrived(ingest) == sorted(lines)


def test_an_endpoint_that_is_down_is_said_and_everything_waits(ingest: IngestServer) -> None:
    ingest.answers = [(503, {}, {"error": "AISpendOps: not now"})] * 99
    lines = run("some", **journaling(ingest))
    code, _ = shipped("--timeout", "0.5", **settings(ingest))
    ingest.answers.clear()
    assert (code, shipped(**settings(ingest))[0]) == (1, 0)
    assert kept(ingest) == sorted(lines)


def test_sigterm_ends_it_in_time_while_the_endpoint_hangs(ingest: IngestServer) -> None:
    ingest.faults = iter(["hang"] * 99)
    ingest.patience_s = 60.0
    lines = run("some", **journaling(ingest))
    with ship("--timeout", "0.5", **settings(ingest)) as sidecar:
        sidecar.send_signal(signal.SIGTERM)
        sidecar.communicate(timeout=MAX_S)
    ingest.faults = iter(())
    assert (sidecar.returncode, shipped(**settings(ingest))[0]) == (1, 0)
    assert kept(ingest) == sorted(lines)


def test_without_a_key_it_writes_the_ledger_of_that_home() -> None:
    lines = run("some", ASO_DELIVERY="ship")
    assert ids_before_and_after() == ([], sorted(lines))


def test_more_dead_processes_than_are_adopted_at_once_are_all_delivered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASO_DELIVERY", "ship")
    names = [f"{number:02d}" for number in range(70)]
    for name in names:
        with aso.instrument():
            aso.record(provider="openai", model="gpt-4o", usage={}, generation_id=name)
    assert (shipped()[0], ids()) == (0, names)


def ids_before_and_after() -> tuple[list[str], list[str]]:
    before = ids() if (home() / "ledger.db").exists() else []
    assert shipped()[0] == 0
    return before, ids()


def test_a_process_whose_journal_is_in_memory_delivers_by_itself(ingest: IngestServer) -> None:
    with mounted(home(), "ro"):
        lines = run("some", **{**journaling(ingest), "ASO_API_KEY": KEY})
    assert arrived(ingest) == sorted(lines)


def test_killed_and_started_again_it_loses_nothing(ingest: IngestServer) -> None:
    with start("for_ever", **journaling(ingest)) as application:
        for _ in range(3):
            with ship(**settings(ingest)) as sidecar:
                wait_for(ingest, len(ingest.events) + 20)
                sidecar.kill()
        application.kill()
        lines = application.communicate()[0].split()
    assert shipped(**settings(ingest))[0] == 0
    assert not set(lines) - set(kept(ingest))
    assert len(set(kept(ingest))) == len(ingest.events)
