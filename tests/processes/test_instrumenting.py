"""instrument() and uninstrument() over a process's life."""

from __future__ import annotations

from tests.processes.running import events, home, ids, run


def test_equal_arguments_change_nothing_and_different_ones_are_refused(url: str) -> None:
    said, line = run("instrument_twice", url)

    assert said == (
        "instrument() was called before with other arguments (hosts, env); one process has one "
        "instrumentation: call aso.uninstrument() first"
    )
    assert ids() == [line]


def test_a_live_stream_finishes_to_the_old_sinks(url: str) -> None:
    streamed, called, old, new = run("stream_across_uninstrument", url)

    assert (old, new) == (f"{streamed}:completed", f"{called}:completed")


def test_a_stream_that_ends_after_uninstrument_is_delivered_at_exit(url: str) -> None:
    lines = run("stream_across_shutdown", url)

    assert [(one.generation_id, one.outcome) for one in events()] == [(lines[0], "completed")]


def test_disabled_nothing_is_captured_and_nothing_is_written(url: str) -> None:
    lines = run("plain", url, ASO_DISABLED="1")

    assert len(lines) == 3
    assert not home().exists()
