"""However a process ends, what its caller saw finish is in the ledger, once."""

from __future__ import annotations

import random
import signal
import sys
import time

import pytest

from tests.processes.running import adopt, events, ids, run, start


def test_a_program_that_ends_has_delivered_its_calls(url: str) -> None:
    lines = run("plain", url)

    assert len(lines) == 3
    assert ids() == sorted(lines)


def test_sys_exit_delivers(url: str) -> None:
    lines = run("leave_by_sys_exit", url)

    assert len(lines) == 3
    assert ids() == sorted(lines)


@pytest.mark.skipif(
    sys.version_info[:3] == (3, 13, 0),
    reason="CPython 3.13.0 crashes when a generator closes at its end, without aso too",
)
def test_a_stream_open_at_exit_is_one_cancelled_event(url: str) -> None:
    lines = run("leave_with_open_stream", url)

    found = [(event.generation_id, event.outcome) for event in events()]
    assert found == [(lines[0], "cancelled")]


def test_sigterm_leaves_the_calls_to_the_next_process(url: str) -> None:
    with start("wait_after_calls", url) as process:
        lines = [process.stdout.readline().strip() for _ in range(3)]
        process.send_signal(signal.SIGTERM)

    lines += run("plain", url)
    adopt()
    assert process.returncode == -signal.SIGTERM
    assert ids() == sorted(lines)


def test_a_crash_leaves_the_calls_to_the_next_process(url: str) -> None:
    with start("crash", url) as process:
        lines = process.stdout.read().splitlines()

    lines += run("plain", url)
    assert ids() == sorted(lines)


@pytest.mark.parametrize("round_", range(4))
def test_kill_9_of_several_writers_loses_and_doubles_nothing(url: str, round_: int) -> None:
    seen = killed_writers(url, 3, random.Random(round_))

    adopt()
    found = ids()
    assert len(seen) >= 3
    assert not set(seen) - set(found)
    assert len(found) == len(set(found))


def killed_writers(url: str, count: int, chance: random.Random) -> list[str]:
    """Kill writers at random moments after their first call; return what they saw finish."""
    running = [start("for_ever", url) for _ in range(count)]
    first = [one.stdout.readline() for one in running]
    for one in running:
        time.sleep(chance.uniform(0.0, 0.2))
        one.kill()
    rest = [one.communicate()[0] for one in running]
    return "".join([*first, *rest]).split()
