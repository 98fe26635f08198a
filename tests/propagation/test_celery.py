"""A real worker of Celery, with processes of its own, over a broker in a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import aso
from tests.processes.running import MAX_S, ROOT

THEM = {"team": "them", "app": "shop"}


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the module of tasks, with a worker that runs them."""
    folder = tmp_path_factory.mktemp("celery")
    for name in ("queue", "control", "results"):
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_BROKER", str(folder))
        patch.setenv("TEST_TRUST", "1")
        from tests.propagation import tasks

        command = ["celery", "-A", "tests.propagation.tasks", "worker", "--concurrency=2"]
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                *command,
                "--loglevel=ERROR",
                "--without-mingle",
                "--without-gossip",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT), "TEST_TRUST": "1"},
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as worker:
            yield tasks
            os.killpg(worker.pid, signal.SIGKILL)  # it takes its time to end; nothing is left to do


def result(sent: Any) -> Any:
    return sent.get(timeout=MAX_S, interval=0.02)


def test_a_task_runs_under_what_was_in_force_where_it_was_sent(tasks: Any) -> None:
    with aso.dimensions(THEM, user="alice"):
        under = tasks.seen.delay()
    without = [tasks.seen.delay() for _ in range(4)]  # on the same processes
    assert [result(one) for one in (under, *without)] == [[THEM], *[[{}]] * 4]


def test_a_task_that_is_sent_by_its_name_carries_too(tasks: Any) -> None:
    with aso.dimensions(THEM):
        sent = tasks.app.send_task("tests.propagation.tasks.seen")
    assert result(sent) == [THEM]


def test_the_programs_own_headers_stay(tasks: Any) -> None:
    headers = {"baggage": "user=1", "mine": "yes"}
    with aso.dimensions(THEM):
        sent = tasks.seen.apply_async(headers=headers)
    assert (result(sent), headers) == ([THEM], {"baggage": "user=1", "mine": "yes"})


def test_chains_groups_and_retries_carry(tasks: Any) -> None:
    from celery import chain, group

    with aso.dimensions(THEM):
        chained = chain(tasks.seen.s(), tasks.seen.s()).apply_async()
        grouped = group(tasks.seen.s(), tasks.seen.s()).apply_async()
        again = tasks.seen_again.delay()
    assert result(chained) == [[THEM], THEM]
    assert result(grouped) == [[THEM], [THEM]]
    assert result(again) == [THEM, THEM]


def test_a_task_that_a_worker_sends_carries_what_is_in_force_there(tasks: Any) -> None:
    with aso.dimensions(THEM):
        result(tasks.seen_under.delay("inner"))
    assert result(tasks.app.AsyncResult("under-inner")) == [{"team": "inner", "app": "shop"}]


def test_a_task_that_fails_leaves_nothing_behind(tasks: Any) -> None:
    with aso.dimensions(THEM):
        failing = [tasks.fails.delay() for _ in range(4)]
    for one in failing:
        with pytest.raises(ValueError, match="as it should"):
            result(one)
    assert [result(tasks.seen.delay()) for _ in range(4)] == [[{}]] * 4


def test_a_task_that_is_called_here_is_under_what_is_in_force_here(tasks: Any) -> None:
    with aso.dimensions(team="us", zone="a"):
        assert tasks.seen.apply().get() == tasks.seen() == [{"team": "us", "zone": "a"}]


def test_beside_opentelemetry_each_entry_is_there_once(tasks: Any) -> None:
    from opentelemetry.baggage import set_baggage
    from opentelemetry.context import attach, detach
    from opentelemetry.instrumentation.celery import CeleryInstrumentor

    CeleryInstrumentor().instrument()
    token = attach(set_baggage("user", "alice", set_baggage("team", "old")))
    try:
        with aso.dimensions(THEM):
            sent = tasks.header.delay()
    finally:
        detach(token)
        CeleryInstrumentor().uninstrument()
    assert sorted(result(sent).split(",")) == ["app=shop", "team=them", "user=alice"]
