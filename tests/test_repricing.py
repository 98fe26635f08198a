"""Events priced anew: the same price from the same catalog, a revision beside what was, no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic_core import to_json

import aso
from aso.event import build
from aso.facts import Facts, Origin
from aso.ledger import Ledger
from aso.ledger.rows import document_of, event_of, row_of
from aso.ledger.schema import COLUMNS
from aso.pricing import Pricer, load_overlay, read_catalog
from aso.records import Cost, Event, Usage
from aso.repricing import reprice, repriced
from aso.testing import capture_events
from tests.catalogs import catalog_file
from tests.events import UNPRICED, event

BUNDLED = Pricer()
_FACTS = dict.fromkeys(Facts._fields) | {
    "kind": "call",
    "event_id": "01a20942739972fe8744febd7c5d0000",
    "revision": 0,
    "started_at_ms": 1_795_420_800_000,
    "ended_at_ms": 1_795_420_800_400,
    "provider": "openai",
    "endpoint": "chat/completions",
    "operation": "chat",
    "wire": "chat_completions",
    "model": "gpt-5.4",
    "stream": False,
    "attempts": 1,
    "attempts_unknown": 0,
    "outcome": "completed",
    "http_status": 200,
    "usage": {"prompt_tokens": 1000, "completion_tokens": 10},
    "complete": True,
    "dims": {"team": "search"},
}


def derived(pricer: Pricer = BUNDLED, **changes: Any) -> Event:
    """Return the event of one call, as the shipper derives it."""
    return build(Facts(**{**_FACTS, **changes}), Origin(None, None, "0"), pricer)


def kept(ledger: Ledger, event: Event) -> Event:
    """Return the event as the ledger gives it back."""
    ledger.add([event])
    [found] = ledger.events("event_id = ?", (event.event_id,))
    return found


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.db")) as found:
        yield found


@pytest.fixture
def newer(tmp_path: Path) -> Pricer:
    """A catalog in which gpt-5.4 costs twice as much, and gpt-new is known."""
    rates = {"input_tokens": "5", "output_tokens": "30"}
    path, _ = catalog_file(tmp_path, {"gpt-5.4": rates, "gpt-new": rates})
    return Pricer(catalog=read_catalog(path))


CASES: Mapping[str, Mapping[str, Any]] = {
    "a plain call": {},
    "a batch, at the price of its submission": {
        "extra": {"conditions": {"processing": "batch"}, "priced_at_ms": 1_790_000_000_000}
    },
    "a tier": {"service_tier": "priority"},
    "a tier that nobody knows": {"service_tier": "platinum"},
    "a place": {"host": "eu.api.openai.com"},
    "what the provider said that it cost": {
        "provider": "openrouter",
        "host": "openrouter.ai",
        "model": "openai/gpt-5.4",
        "usage": {"prompt_tokens": 1000, "completion_tokens": 10, "cost": 0.00271},
    },
    "the provider's ticks": {
        "provider": "xai",
        "model": "grok-4.3",
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "cost_in_usd_ticks": 123456789},
    },
    "Cohere, which bills other quantities": {
        "provider": "cohere",
        "wire": "cohere",
        "model": "command-a-03-2025",
        "usage": {
            "billed_units": {"input_tokens": 5, "output_tokens": 0},
            "tokens": {"input_tokens": 500, "output_tokens": 0},
        },
    },
    "an unknown model": {"model": "gpt-new"},
    "an answer without usage": {"usage": None},
    "a client's error": {"outcome": "error", "http_status": 400, "usage": None},
    "a request that was never sent": {"outcome": "error", "extra": {"unsent": True}},
}


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("a plain call", None),
        (
            "a batch, at the price of its submission",
            {"processing": "batch", "at_ms": 1_790_000_000_000},
        ),
        ("a place", {"data_residency": "eu"}),
        ("what the provider said that it cost", {"provider_reported": {"cost": "0.00271"}}),
        ("the provider's ticks", {"provider_reported": {"ticks": 123456789}}),
        (
            "Cohere, which bills other quantities",
            {"billed": {"prompt_tokens": 5, "completion_tokens": 0}},
        ),
    ],
)
def test_an_event_says_what_its_price_depends_on(case: str, said: Any) -> None:
    assert derived(**CASES[case]).to_dict()["pricing_conditions"] == said


@pytest.mark.parametrize("case", CASES)
def test_the_same_catalog_changes_nothing(case: str, ledger: Ledger) -> None:
    assert repriced(kept(ledger, derived(**CASES[case])), BUNDLED) is None


def test_a_contract_that_changed_nothing_else_changes_nothing(ledger: Ledger) -> None:
    overlay = {"openai:*": {"dimensions": {"team": "search"}, "multiplier": "0.5", "fee": "0.01"}}
    pricer = Pricer(overlay=load_overlay(overlay))
    found = kept(ledger, derived(pricer))
    assert (found.cost.source, repriced(found, pricer)) == ("custom", None)


@given(
    usage=some.dictionaries(
        some.sampled_from(["prompt_tokens", "completion_tokens", "prompt_tokens_details"]),
        some.integers(0, 10**7) | some.just({"cached_tokens": 17}),
    ),
    tier=some.sampled_from([None, "flex", "priority", "batch", "odd"]),
    processing=some.sampled_from([None, "batch"]),
    model=some.sampled_from(["gpt-5.4", "gpt-4o", "o3", "gpt-new", None]),
)
def test_repricing_with_the_same_catalog_never_changes_anything(
    usage: Any, tier: str | None, processing: str | None, model: str | None
) -> None:
    extra = {"conditions": {"processing": processing}}
    found = derived(usage=usage, service_tier=tier, extra=extra, model=model)
    row, document = row_of(found, to_json), document_of(found, to_json)
    stored = event_of([*row[: len(COLUMNS)], row[-1], document])
    assert repriced(stored, BUNDLED) is None


def test_a_revision_keeps_all_but_the_price(newer: Pricer) -> None:
    was = derived()
    found = repriced(was, newer)
    assert found is not None
    assert found.cost.total == Decimal("0.0053")
    assert found._replace(cost=was.cost, revision=0, revision_reason=None) == was
    assert (found.revision, found.revision_reason) == (1, "repriced")


def test_the_same_money_from_elsewhere_is_no_news(tmp_path: Path) -> None:
    rates = {"cache_read_tokens": "0.25", "input_tokens": "2.5", "output_tokens": "15"}
    path, _ = catalog_file(tmp_path, {"gpt-5.4": rates}, sources=["elsewhere"])
    found = derived()._replace(cost=derived().cost._replace(notes=("a note",)))
    assert repriced(found, Pricer(catalog=read_catalog(path))) is None


def test_an_unpriced_event_gets_its_price_when_the_catalog_learns_the_model(newer: Pricer) -> None:
    was = derived(model="gpt-new")
    found = repriced(was, newer)
    assert was.cost.total is None
    assert found is not None
    assert (found.cost.total, found.cost.status) == (Decimal("0.0053"), "priced")


def test_a_price_is_that_of_its_day() -> None:
    until = Pricer(overlay=load_overlay({"openai:*": {"fee": "1", "until": "2026-11-01"}}))
    before = int(datetime(2026, 10, 31, 23, 59, 59, tzinfo=timezone.utc).timestamp() * 1000)
    assert repriced(derived(ended_at_ms=before), until) is not None
    assert repriced(derived(ended_at_ms=before + 1000), until) is None


def test_a_batch_is_repriced_as_of_its_submission() -> None:
    since = load_overlay({"openai:*": {"multiplier": "0.5", "since": "2026-11-01"}})
    extra = {"conditions": {"processing": "batch"}, "priced_at_ms": 1_790_000_000_000}
    assert repriced(derived(extra=extra), Pricer(overlay=since)) is None


def test_a_cost_that_the_program_said_itself_stays(newer: Pricer) -> None:
    with capture_events() as events:
        aso.record(
            provider="openai",
            model="gpt-5.4",
            usage={"prompt_tokens": 1000},
            cost=Decimal("0.001"),
        )
    assert [repriced(one, newer) for one in events] == [None]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "refused", "cost": Cost(total=Decimal(0), status="priced")},
        {"kind": "unmetered", "cost": Cost()},
        {"kind": "adjustment"},
        {"cost": Cost(total=Decimal(0), status="priced"), "http_status": 429},
    ],
)
def test_what_no_price_list_was_asked_for_stays(changes: Any, newer: Pricer) -> None:
    assert repriced(event(1, **changes), newer) is None


LATER = "0a1b2c3d-4e5f-8a1b-9c2d-000000000000"


def test_an_event_that_awaits_its_settlement_is_left_alone(newer: Pricer) -> None:
    waiting = event(usage=Usage(input_tokens=5, source="estimate"), cost=UNPRICED)
    assert repriced(waiting._replace(event_id=LATER), newer) is None


@pytest.mark.parametrize("revision", [0, 1])
def test_a_settlement_is_never_hidden_by_a_revision_of_its_number(
    revision: int, newer: Pricer
) -> None:
    found = repriced(event(revision=revision)._replace(event_id=LATER), newer)
    assert found is not None
    assert found.revision == 2


def test_history_stays_and_the_highest_revision_counts(ledger: Ledger, newer: Pricer) -> None:
    first = derived()
    ledger.add([first])
    [change] = reprice(ledger, lambda event: newer)
    every = list(ledger.events(all_revisions=True))
    assert [one.to_dict() for one in every] == [first.to_dict(), change.after.to_dict()]
    assert [one.to_dict() for one in ledger.events()] == [change.after.to_dict()]


def test_repricing_twice_writes_nothing_the_second_time(ledger: Ledger, newer: Pricer) -> None:
    ledger.add([derived(event_id=f"{number:032x}") for number in range(2500)])
    assert len(list(reprice(ledger, lambda event: newer))) == 2500
    assert list(reprice(ledger, lambda event: newer)) == []


def test_the_way_back_is_another_revision(ledger: Ledger, newer: Pricer) -> None:
    first = derived()
    ledger.add([first])
    assert len(list(reprice(ledger, lambda event: newer))) == 1
    [change] = reprice(ledger, lambda event: BUNDLED)
    assert (change.after.revision, change.after.cost) == (2, first.cost)


def test_a_dry_run_writes_nothing(ledger: Ledger, newer: Pricer) -> None:
    ledger.add([derived()])
    assert len(list(reprice(ledger, lambda event: newer, is_dry=True))) == 1
    assert [one.revision for one in ledger.events(all_revisions=True)] == [0]
