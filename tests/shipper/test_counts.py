"""What is counted, and when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aso.journal import Record, open_journal
from aso.shipper import Tally
from tests.journal.processes import DESTINATION, ORIGIN, SINK, as_event
from tests.shipper.delivery import Delivery, KeepingSink, Sink, until


def test_what_a_sink_keeps_or_gives_up_is_not_delivered(deliver: Callable[..., Delivery]) -> None:
    delivery = deliver(KeepingSink())
    delivery.append(b"a")
    assert delivery.shipper.flush(5)
    assert delivery.shipper.tally == Tally(calls=1, events=1, delivered=0, dropped=1)


def test_a_record_that_cannot_be_read_holds_up_nothing(deliver: Callable[..., Delivery]) -> None:
    def build(record: Record) -> Any:
        return as_event(record) if record.payload != b"bad" else 1 / 0

    sink = Sink()
    delivery = deliver(sink, build=build)
    delivery.append(b"a", b"bad", b"b")
    assert delivery.shipper.flush(5)
    assert (sink.got, delivery.guard.errors) == ([b"a", b"b"], 1)
    assert delivery.shipper.tally == Tally(calls=2, events=2, delivered=2, dropped=1)


def test_everything_is_counted_by_what_it_is(deliver: Callable[..., Delivery]) -> None:
    kinds = {
        b"plain": ("call", "priced", "provider"),
        b"refused": ("refused", "priced", "none"),
        b"unmetered": ("unmetered", "unpriced", "none"),
        b"unpriced": ("call", "unpriced", "provider"),
        b"partial": ("call", "partial", "estimate"),
    }

    def build(record: Record) -> Any:
        kind, status, source = kinds[record.payload]
        cost, usage = SimpleNamespace(status=status), SimpleNamespace(source=source)
        return SimpleNamespace(kind=kind, revision=0, cost=cost, usage=usage, payload=b"")

    delivery = deliver(build=build)
    delivery.append(*kinds)
    delivery.shipper.catch_up()
    delivery.shipper.catch_up()
    assert delivery.shipper.tally == Tally(
        calls=3, events=5, refused=1, unpriced=1, partial=1, estimated=1, unmetered=1
    )


def test_catching_up_delivers_nothing_and_counts_once(deliver: Callable[..., Delivery]) -> None:
    sink = Sink()
    sink.gate.clear()
    delivery = deliver(sink)
    delivery.append(b"a", b"b")
    delivery.shipper.catch_up()
    assert delivery.shipper.tally == Tally(calls=2, events=2)
    sink.gate.set()
    assert delivery.shipper.flush(5)
    assert delivery.shipper.tally == Tally(calls=2, events=2, delivered=2)


def test_adopted_records_are_delivered_and_not_counted(
    tmp_path: Path, deliver: Callable[..., Delivery]
) -> None:
    earlier = open_journal(tmp_path, DESTINATION, ORIGIN)
    earlier.reader(SINK)
    earlier.append(b"left over")
    earlier.close()
    sink = Sink()
    delivery = deliver(sink)
    delivery.append(b"mine")
    until(lambda: sorted(sink.got) == [b"left over", b"mine"])
    until(lambda: delivery.shipper.tally == Tally(calls=1, events=1, delivered=1))
