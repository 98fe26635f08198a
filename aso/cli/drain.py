"""What dead processes left in the journal → the ledger, before it is read."""

from __future__ import annotations

from contextlib import suppress

from aso import environment
from aso.deriving import Derive
from aso.guard import Guard
from aso.journal import adopt_and_read, destinations
from aso.records import Event
from aso.sinks.ledger import LedgerSink


def drain(sink: LedgerSink) -> int:
    """Deliver what dead processes still owe to this ledger; return how many events.

    Living processes deliver their own, within a second. A record that cannot be read is passed
    over and counted by the guard; what cannot be opened stays for the next time.
    """
    home = environment.home()
    if home is None or sink.destination is None:
        return 0
    derive, guard, count = Derive(home=home), Guard("aso.drain"), 0
    for folder in destinations(home):
        with suppress(OSError):
            for records in adopt_and_read(folder, sink.destination):
                events: list[Event] = []
                for record in records:
                    with guard:
                        events.append(derive(record.payload, record.origin))
                sink.send(events)
                count += len(events)
    return count
