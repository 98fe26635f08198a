"""What each recorded exchange costs, as of one day: priced.tsv. ``python -m tests.corpus.priced``.

A row: the recording's id, provider, model, pricing status, cost source, total, then the lines as
``unit quantity×rate/per[×multiplier]``, then notes. No text of a request or an answer is in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from aso.records import CostLine, Event
from aso.runtime import RUNTIME
from aso.semconv import decimal_text
from aso.testing import capture_events
from tests.corpus.http_replay import records, send_by_httpx

GOLDEN = Path(__file__).with_name("priced.tsv")
AS_OF = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)


def rows() -> Iterator[str]:
    """Yield a row for each exchange that gives an event, sorted by id."""
    found: dict[str, str] = {}
    with capture_events() as events:
        assert RUNTIME.session is not None
        RUNTIME.session.pipeline.clock_ns = lambda: int(AS_OF.timestamp()) * 10**9
        for record in records():
            events.clear()
            send_by_httpx(record, streamed=False)
            for event in events[:1]:
                name = record.get("id") or f"documented-{len(found)}"
                found[name] = "\t".join([name, *_fields(event)])
    yield from (found[name] for name in sorted(found))


def _fields(event: Event) -> Iterator[str]:
    cost = event.cost
    yield event.provider
    yield event.model or ""
    yield cost.status
    yield cost.source
    yield decimal_text(cost.total) or ""
    yield ", ".join(_line(line) for line in cost.lines)
    yield " ".join(cost.notes)


def _line(line: CostLine) -> str:
    factor = "" if line.multiplier is None else f"×{decimal_text(line.multiplier)}"
    quantity = line.quantity if isinstance(line.quantity, int) else decimal_text(line.quantity)
    return f"{line.unit} {quantity}×{decimal_text(line.rate)}/{line.per}{factor}"


if __name__ == "__main__":
    text = "".join(f"{row}\n" for row in rows())
    GOLDEN.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(text.splitlines())} exchanges\n")
