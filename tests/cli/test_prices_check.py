"""`aso prices check` and `drift`, on a real ledger."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aso.records import Cost, Usage
from aso.sinks import LedgerSink
from tests.catalogs import catalog_file
from tests.cli.printed import disputed, in_json, run
from tests.events import PRICED, UNPRICED, event


def used(*events: Any) -> None:
    with closing(LedgerSink()) as sink:
        sink.send(events)


WAY_OUT = (
    "price past calls with aso reprice --overlay FILE, those to come with instrument(prices=...)"
)
EVER = ("--since", "2000-01-01", "--max-age", "100000")


def test_check_says_how_sure_the_catalog_is_of_what_was_used(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    used(event(1, provider="deepseek", model="deep-latest"), event(2, model="gpt-5.4"))
    found = in_json(capsys, "check", *EVER)
    assert found["used"] == [
        {
            "provider": "deepseek",
            "model": "deep-latest",
            "calls": 1,
            "unpriced_calls": 0,
            "confidence": "settled",
            "dispute": None,
        },
        {
            "provider": "openai",
            "model": "gpt-5.4",
            "calls": 1,
            "unpriced_calls": 0,
            "confidence": None,
            "dispute": None,
        },
    ]
    assert (found["confidence"], found["problems"]) == ({"settled": 1}, [])


def test_check_finds_used_models_without_a_price(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    used(event(1, cost=UNPRICED), event(2, cost=UNPRICED))
    [problem] = in_json(capsys, "check", *EVER, code=1)["problems"]
    assert problem == f"openai:gpt-5.4 has no price: 2 calls are in no sum; {WAY_OUT}"


def test_check_says_why_sources_list_a_model_without_a_price(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    disputed(capsys, tmp_path)
    used(event(1, cost=UNPRICED))
    found = in_json(capsys, "check", *EVER, code=1)
    [problem] = found["problems"]
    assert problem == (
        f"openai:gpt-5.4 has no price, conflict:one/two: 1 call is in no sum; {WAY_OUT}"
    )
    assert found["confidence"] == {"conflict": 1}


@pytest.mark.parametrize(
    ("confidence", "strict", "code"),
    [("conflict", (), 1), ("single", (), 0), ("single", ("--strict",), 1), ("agreed", (), 0)],
)
def test_check_finds_conflicts_and_where_asked_low_confidence(
    confidence: str,
    strict: tuple[str, ...],
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    models = {"gpt-5.4": {"input_tokens": "1"}}
    path, sha256 = catalog_file(tmp_path, models, confidence=confidence)
    run(capsys, "update", str(path), "--sha256", sha256)
    used(event(1))
    said = run(capsys, "check", *EVER, *strict, code=code)
    is_said = f"!! openai:gpt-5.4 has a price of confidence {confidence}: 1 call\n" in said
    assert is_said == bool(code)


def test_check_finds_an_old_catalog(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    days = (datetime.now(timezone.utc) - datetime(2026, 11, 1, tzinfo=timezone.utc)).days
    assert run(capsys, "check", "--max-age", str(days)).endswith("\nok\n")
    said = run(capsys, "check", "--max-age", str(days - 1), code=1)
    assert f"!! the catalog is {days:,} days old, more than {days - 1:,}" in said


# drift


def test_check_finds_terms_of_a_contract_that_cover_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "contract.toml"
    path.write_text(
        '["openai:gpt5*"]\nmultiplier = "0.9"\n'
        '["openai:gpt-5*"]\nmultiplier = "0.8"\n'
        '["openai:ours".rates]\ninput_tokens = "1"\ninputs = "1"\n',
        encoding="utf-8",
    )
    found = in_json(capsys, "check", "--max-age", "100000", "--overlay", str(path), code=1)
    assert [problem[:60] for problem in found["problems"]] == [
        "contract 'openai:gpt5*' covers no model of the catalog, and ",
        "contract 'openai:ours' has a rate for 'inputs', and no model",
    ]


def test_check_finds_conditions_of_a_contract_that_no_price_list_has(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "contract.toml"
    terms = {
        "openai:*": [
            {"when": {"speed": "warp"}, "fee": "1"},
            {"when": {"speed": "fast"}, "fee": "1"},
            {"when": {"service_tier": "default", "data_residency": "ca"}, "fee": "1"},
            {"when": {"service_tier": "batch", "inference_geo": "global"}, "fee": "1"},
            {"when": {"service_tier": "scale"}, "rates": {"input_tokens": "1"}},
        ]
    }
    path.write_text(json.dumps(terms), encoding="utf-8")
    found = in_json(capsys, "check", "--max-age", "100000", "--overlay", str(path), code=1)
    [problem] = found["problems"]
    assert problem == (
        "contract 'openai:*#1' asks for speed 'warp', and no model of the catalog has a price for "
        "it: is it one of ['fast', 'standard']?"
    )


def reported(number: int, said: str, ours: str | None, **changes: Any) -> Any:
    cost = PRICED._replace(
        provider_cost=Decimal(said), calculated_cost=None if ours is None else Decimal(ours)
    )
    return event(number, provider="openrouter", cost=cost, **changes)


def test_drift_sums_where_providers_and_the_catalog_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    used(
        reported(1, "0.1", "0.1"),
        reported(2, "0.30000000000000004", "0.2"),
        reported(3, "0.01", "0.02", model="o3"),
        event(4),
    )
    assert in_json(capsys, "drift")["rows"] == [
        {
            "provider": "openrouter",
            "model": "gpt-5.4",
            "calls": 2,
            "differing": 1,
            "provider_cost": "0.40000000000000004",
            "calculated_cost": "0.3",
            "difference": "0.10000000000000004",
        },
        {
            "provider": "openrouter",
            "model": "o3",
            "calls": 1,
            "differing": 1,
            "provider_cost": "0.01",
            "calculated_cost": "0.02",
            "difference": "-0.01",
        },
    ]
    assert "2 of 3 calls differ" in run(capsys, "drift")


@pytest.mark.parametrize(
    "one",
    [
        reported(1, "0.1", None),
        reported(1, "0.1", "0.2", usage=Usage(input_tokens=1, source="estimate")),
        reported(1, "0.1", "0.2")._replace(
            cost=Cost(
                provider_cost=Decimal("0.01"),
                calculated_cost=Decimal("0.2"),
                upstream_cost=Decimal("0.19"),
            )
        ),
    ],
    ids=["unknown to the catalog", "estimated usage", "by one's own key"],
)
def test_drift_compares_only_what_can_be_compared(
    one: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    used(one)
    assert in_json(capsys, "drift") == {"rows": []}


def test_drift_counts_one_call_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    used(reported(1, "0.1", "0.2"))
    assert "1 of 1 call differs; USD" in run(capsys, "drift")


def test_drift_without_a_ledger_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert in_json(capsys, "drift") == {"rows": []}
    assert "There is no ledger yet" in run(capsys, "drift")
