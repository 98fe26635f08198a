"""Records to sinks: each at its own pace, a batch again until it is taken."""

from __future__ import annotations

import _thread
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from aso.journal import Record
from aso.shipper import Tally
from tests.journal.processes import as_event
from tests.shipper.delivery import (
    BusyError,
    Delivery,
    GatheringSink,
    OtherSink,
    Sink,
    until,
)


def test_records_arrive_without_being_asked_for(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    deliver(sink).append(b"a", b"b")
    until(lambda: sink.got == [b"a", b"b"])


def test_no_thread_runs_before_the_first_record(deliver: Callable[..., Delivery]) -> None:
    before = _thread._count()
    deliver(Sink()).shipper.catch_up()
    assert _thread._count() <= before  # those of earlier tests may be ending


def test_a_blocked_sink_does_not_hold_up_another(deliver: Callable[..., Delivery]) -> None:
    blocked, good = Sink(), OtherSink()
    blocked.gate.clear()
    delivery = deliver(blocked, good)
    delivery.append(b"a", b"b")
    until(lambda: good.got == [b"a", b"b"])
    assert (blocked.got, delivery.shipper.pending()) == ([], 2)
    blocked.gate.set()
    until(lambda: blocked.got == [b"a", b"b"])


def test_a_failed_batch_is_tried_again_first_and_whole(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [OSError(), OSError()]
    delivery = deliver(sink)
    delivery.append(b"a", b"b")
    until(lambda: sink.tried)
    delivery.append(b"c")
    until(lambda: sink.got == [b"a", b"b", b"c"])
    first, second = (
        later - earlier for earlier, later in zip(sink.tried[:2], sink.tried[1:3], strict=True)
    )
    assert first > 0.12, "not at once"
    assert second > 0.25, "and later each time"


def test_a_sink_says_when_to_try_again(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.errors = [BusyError()]
    delivery = deliver(sink)
    delivery.append(b"a")
    until(lambda: sink.tried)
    assert not delivery.shipper.flush(0.1)  # which does not hurry what the sink ordered
    assert delivery.shipper.flush(5)
    assert sink.tried[1] - sink.tried[0] >= 0.6


def test_a_sink_that_wants_full_batches_gets_them_and_the_rest_when_flushed(
    deliver: Callable[..., Delivery],
) -> None:
    sink = GatheringSink()
    delivery = deliver(sink)
    delivery.append(b"a", b"b", b"c", b"d")
    until(lambda: sink.batches == [[b"a", b"b", b"c"]])
    delivery.append(b"e")
    assert delivery.shipper.flush(5)
    assert sink.batches == [[b"a", b"b", b"c"], [b"d", b"e"]]


def test_who_hurries_while_a_record_is_read_wants_those_after_it_too(
    deliver: Callable[..., Delivery],
) -> None:
    reading, go_on, sink = threading.Event(), threading.Event(), GatheringSink()

    def build(record: Record) -> Any:
        reading.set()
        assert go_on.wait(5)
        return as_event(record)

    delivery = deliver(sink, build=build)
    delivery.append(b"a")
    assert reading.wait(5)
    delivery.append(b"b")
    assert not delivery.shipper.flush(0.05)
    go_on.set()
    until(lambda: sink.batches == [[b"a", b"b"]])


def test_an_event_is_built_once_for_several_sinks(deliver: Callable[..., Delivery]) -> None:
    built: list[bytes] = []

    def build(record: Record) -> Any:
        built.append(record.payload)
        return as_event(record)

    delivery = deliver(Sink(), OtherSink(), build=build)
    payloads = [b"%d" % number for number in range(300)]
    delivery.append(*payloads)
    assert delivery.shipper.flush(5)
    assert built == payloads


def test_what_is_swept_up_is_delivered_without_being_asked_for(
    deliver: Callable[..., Delivery],
) -> None:
    handed_over, made = [b"b", b"a"], list[Delivery]()

    def sweep() -> None:
        while handed_over:
            made[0].append(handed_over.pop())

    sink = Sink()
    delivery = deliver(sink, sweep=sweep)
    made.append(delivery)
    delivery.append(b"first")
    until(lambda: sink.got == [b"first", b"a", b"b"])


def test_two_sinks_of_one_destination_have_a_place_each(deliver: Callable[..., Delivery]) -> None:
    first, second = Sink(), Sink()
    delivery = deliver(first, second)
    delivery.append(b"a")
    assert delivery.shipper.flush(5)
    assert (first.got, second.got) == ([b"a"], [b"a"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_delivers_its_own_and_only_its_own(
    deliver: Callable[..., Delivery],
) -> None:
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"parent")
    until(lambda: sink.got == [b"parent"])
    if (child := os.fork()) == 0:
        delivery.append(b"child")
        done = delivery.shipper.flush(5)
        counted = delivery.shipper.tally == Tally(calls=1, events=1, delivered=1)
        os._exit(0 if done and counted and sink.got == [b"parent", b"child"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    delivery.append(b"parent again")
    assert delivery.shipper.flush(5)
    assert sink.got == [b"parent", b"parent again"]
