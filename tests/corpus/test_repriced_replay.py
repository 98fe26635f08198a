"""Every recorded exchange, kept in a ledger and priced anew by the same catalog: no revision."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from aso.ledger import Ledger
from aso.pricing import Pricer
from aso.repricing import reprice
from aso.testing import capture_events
from tests.corpus.http_replay import records, send_by_httpx

pytestmark = pytest.mark.corpus


def test_no_recording_costs_anything_else_the_second_time(tmp_path: Path) -> None:
    with capture_events() as events:
        for record in records():
            send_by_httpx(record, streamed=False)
    if not events:
        pytest.skip("no recordings: ../shared/corpus is not here")
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.add(events)
        pricer = Pricer()
        changes = list(reprice(ledger, lambda event: pricer))
    assert [(one.before.cost, one.after.cost) for one in changes] == []
