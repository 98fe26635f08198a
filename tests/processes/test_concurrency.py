"""Forks, pools, threads and event loops: every call is one event, in whatever process it ran."""

from __future__ import annotations

import importlib.util

import pytest

from tests.processes.running import adopt, events, ids, run


def test_both_sides_of_a_fork_deliver_and_the_child_outlives_its_parents_ledger(url: str) -> None:
    lines = run("fork", url)

    adopt()
    assert len(lines) == 4
    assert ids() == sorted(lines)


def test_a_child_forked_in_the_midst_of_a_write_leaves_its_calls_to_the_next_process(
    url: str,
) -> None:
    lines = run("fork_during_a_write", url)

    adopt()
    assert len(lines) == 4
    assert ids() == sorted(lines)


def test_a_stream_open_at_a_fork_is_the_parents_event(url: str) -> None:
    streamed, called = run("fork_with_open_stream", url)

    adopt()
    found = sorted((event.generation_id, event.outcome) for event in events())
    assert found == sorted([(streamed, "completed"), (called, "completed")])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(url: str, method: str) -> None:
    lines = run("use_multiprocessing", url, method)

    adopt()
    assert len(lines) == 3
    assert ids() == sorted(lines)


def test_sixteen_threads(url: str) -> None:
    lines = run("use_threads", url)

    assert len(lines) == 128
    assert ids() == sorted(lines)


def test_two_hundred_tasks_at_once(url: str) -> None:
    lines = run("use_asyncio", url)

    assert len(lines) == 200
    assert ids() == sorted(lines)


@pytest.mark.skipif(not importlib.util.find_spec("uvloop"), reason="uvloop is not installed")
def test_two_hundred_tasks_on_uvloop(url: str) -> None:
    lines = run("use_uvloop", url)

    assert len(lines) == 200
    assert ids() == sorted(lines)
