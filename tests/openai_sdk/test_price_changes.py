"""A price that changes while a call is under way: that of its end counts, and is noted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from aso.runtime import RUNTIME
from aso.testing import capture_events
from tests.openai_sdk.scripted import COMPLETION, MESSAGES, Script, client

MODEL = "deepseek-v4-pro"
USAGE = {"prompt_tokens": 100_000, "completion_tokens": 0, "total_tokens": 100_000}


def hours_from(began: datetime) -> Iterator[int]:
    """Yield nanoseconds since the epoch, an hour later each time."""
    while True:
        yield int(began.timestamp()) * 10**9
        began += timedelta(hours=1)


def test_a_call_from_peak_hours_into_others_costs_the_others_and_says_so() -> None:
    clock = hours_from(datetime(2026, 11, 23, 3, tzinfo=timezone.utc))
    sdk = client(
        Script({**COMPLETION, "model": MODEL, "usage": USAGE}), base_url="https://api.deepseek.com"
    )
    with capture_events() as events:
        assert RUNTIME.session is not None
        RUNTIME.session.pipeline.clock_ns = lambda: next(clock)
        sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    [event] = events
    assert (event.provider, event.cost.total) == ("deepseek", Decimal("0.066"))
    assert event.cost.notes == ("price_changed_meanwhile",)
