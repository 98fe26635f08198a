"""flush() and close(): what they wait for, and for how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aso.journal import folder_of
from tests.journal.processes import DESTINATION, drain
from tests.shipper.delivery import (
    ClosedError,
    Delivery,
    OtherSink,
    Sink,
    VolatileSink,
    until,
)


def test_flush_is_true_once_every_sink_has_everything(deliver: Callable[..., Delivery]) -> None:
    sinks = [Sink(), OtherSink(), VolatileSink()]
    delivery = deliver(*sinks, batch=100)
    payloads = [b"%d" % number for number in range(1050)]
    delivery.append(*payloads)
    assert delivery.shipper.flush(5)
    assert [sink.got for sink in sinks] == [payloads] * 3
    assert max(len(batch) for batch in sinks[0].batches) == 100


def test_flush_of_nothing_is_true_at_once(deliver: Callable[..., Delivery]) -> None:
    assert deliver(Sink()).shipper.flush(0)


def test_flush_is_false_while_a_sink_has_not_got_all(deliver: Callable[..., Delivery]) -> None:
    slow = Sink()
    slow.gate.clear()
    delivery = deliver(slow)
    delivery.append(b"a")
    assert not delivery.shipper.flush(0.1)
    slow.gate.set()
    assert delivery.shipper.flush(5)
    assert slow.got == [b"a"]


def test_flush_is_false_when_records_had_to_go(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a")

    def later() -> None:
        delivery.append(bytes(9 << 20))  # nothing is that large
        sink.gate.set()

    threading.Timer(0.05, later).start()
    assert not delivery.shipper.flush(5)


def test_flush_does_not_wait_for_a_pause_that_ends_after_it(
    deliver: Callable[..., Delivery],
) -> None:
    sink = Sink()
    sink.errors = [ClosedError()]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: sink.tried)
    started = time.monotonic()
    assert not delivery.shipper.flush(5)
    assert time.monotonic() - started < 1


def test_flush_does_not_wait_for_our_own_backoff(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [OSError() for _ in range(5)]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: len(sink.tried) == 4)
    sink.errors.clear()
    assert delivery.shipper.flush(1.5), "the next try of our own would be 4 s away"


def test_close_delivers_closes_the_sinks_once_and_leaves_no_file(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    used, unused = Sink(), OtherSink()
    delivery = deliver(used, unused)
    delivery.append(b"a")
    assert delivery.shipper.close(5)
    assert delivery.shipper.close(5)
    delivery.journal.close()
    assert (used.got, used.closed, unused.closed) == ([b"a"], 1, 1)
    assert list(folder_of(tmp_path, DESTINATION).iterdir()) == []


def test_close_of_a_blocked_sink_ends_in_time_and_loses_nothing(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a")
    started = time.monotonic()
    assert not delivery.shipper.close(0.2)
    assert time.monotonic() - started < 1
    delivery.journal.close()
    assert drain(tmp_path) == [b"a"]
    sink.gate.set()


def test_without_threads_flush_delivers_by_itself(
    deliver: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)  # as at the interpreter's end
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"a")
    assert delivery.shipper.close(5)
    assert (sink.got, sink.closed) == ([b"a"], 1)
