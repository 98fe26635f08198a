"""The ledger keeps every event once, whole, and its money to the last digit."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aso.ledger import Ledger
from aso.ledger.rows import joined, split
from tests.events import UNPRICED, costing, event


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "home" / "ledger.db")
    yield found
    found.close()


def test_an_event_comes_back_exactly_in_wire_form(ledger: Ledger) -> None:
    kept = [event(1), event(2, cost=UNPRICED, dims={}, http_status=None)]
    ledger.add(kept)
    assert list(ledger.documents()) == [one.to_dict() for one in kept]
    assert [list(one) for one in ledger.documents()] == [list(one.to_dict()) for one in kept]


def test_an_event_that_is_sent_again_is_there_once(ledger: Ledger) -> None:
    ledger.add([event(1), event(2)])
    ledger.add([event(2), event(3)])
    assert [one["event_id"][-1] for one in ledger.documents()] == ["1", "2", "3"]


def test_of_several_revisions_the_highest_counts(ledger: Ledger) -> None:
    later = costing(1, "0.5")._replace(revision=1, revision_reason="reprice")
    ledger.add([event(1), event(2), later])
    assert [one["revision"] for one in ledger.documents()] == [1, 0]
    assert len(list(ledger.documents(all_revisions=True))) == 3


def test_the_file_is_its_owners_alone(ledger: Ledger) -> None:
    mode = stat.S_IMODE(ledger.path.stat().st_mode)
    folder = stat.S_IMODE(ledger.path.parent.stat().st_mode)
    assert (oct(mode), oct(folder)) == ("0o600", "0o700")


def test_a_batch_is_all_or_nothing(ledger: Ledger) -> None:
    broken = event(2)._replace(env={"not": "text"})  # type: ignore[arg-type]
    with pytest.raises(Exception, match="binding|type"):
        ledger.add([event(1), broken])
    assert list(ledger.documents()) == []


@given(some.decimals(min_value=0, max_value=10**9, places=18))
def test_money_survives_as_two_integers(total: Decimal) -> None:
    nano, atto, rest = split(total)
    assert nano is not None and atto is not None and rest is None
    assert joined(nano, atto) == total


def test_money_of_more_than_18_places_is_kept_as_text() -> None:
    total = Decimal("0.0000000000000000001")
    assert split(total) == (0, 0, "0.0000000000000000001")
