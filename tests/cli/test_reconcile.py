"""`aso reconcile`: a real ledger beside an export, by day, model and project."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import aso
from aso.cli import main
from aso.records import Cost, Event, Usage
from aso.sinks import LedgerSink
from aso.testing import capture_events

EXPORTS = Path(__file__).parents[1] / "reconcile" / "exports"
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
GPT = "gpt-5.4-2026-03-05"


def called(
    model: str = GPT, provider: str = "openai", at: datetime = NOON, **usage: int
) -> list[Event]:
    """Return the event of a call in the provider's project, priced by the catalog."""
    with capture_events() as events:
        aso.record(
            provider=provider,
            model=model,
            usage=usage or {"prompt_tokens": 1000, "completion_tokens": 1000},
            dimensions={"project": "proj_abc"},
            at=at,
        )
    return list(events)


def keep(*events: Event) -> None:
    with closing(LedgerSink()) as sink:
        sink.send(events)


def run(capsys: pytest.CaptureFixture[str], *arguments: Any, code: int = 0) -> str:
    assert main(["reconcile", *map(str, arguments)]) == code
    return capsys.readouterr().out


def in_json(capsys: pytest.CaptureFixture[str], *arguments: Any, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--format", "json", code=code))


def cells(found: Any) -> list[tuple[Any, ...]]:
    return [
        (row.get("model"), row["stated_cost_usd"], row["ledger_cost_usd"], row["residuals"])
        for row in found["rows"]
    ]


COSTS = EXPORTS / "openai_costs.json"


_CELL = {
    "day": "2026-11-23",
    "project": "proj_abc",
    "difference_usd": "0",
    "residuals": {},
    "stated_requests": None,
    "unknown_calls": 0,
    "unpriced_calls": 0,
    "partial_calls": 0,
    "unmetered": 0,
    "stated_upstream_cost": "0",
    "ledger_upstream_cost": "0",
}
SEARCHES = {
    **_CELL,
    "model": None,
    "stated_cost_usd": "0.01",
    "ledger_cost_usd": "0.01",
    "ledger_calls": 0,
    "stated_tiers": [],
    "ledger_tiers": [],
    "quantities": {"web_search_requests": {"stated": None, "ledger": "1"}},
}
TOKENS = {
    **_CELL,
    "model": "gpt-5.4",
    "stated_cost_usd": "0.0175",
    "ledger_cost_usd": "0.0175",
    "ledger_calls": 2,
    "stated_tiers": ["standard"],
    "ledger_tiers": ["standard"],
    "quantities": {
        "output_tokens": {"stated": "1000", "ledger": "1000"},
        "uncached_input_tokens": {"stated": "1000", "ledger": "1000"},
    },
}


def test_what_agrees_is_whole_and_exact(capsys: pytest.CaptureFixture[str]) -> None:
    keep(*called(), *called(web_search_requests=1, prompt_tokens=0))
    assert in_json(capsys, COSTS) == {
        "provider": "openai",
        "exports": ["openai.costs"],
        "since": "2026-11-23T00:00:00.000Z",
        "until": "2026-11-25T00:00:00.000Z",
        "by": ["day", "model", "project"],
        "rows": [SEARCHES, TOKENS],
        "total": {
            "stated_cost_usd": "0.0275",
            "ledger_cost_usd": "0.0275",
            "difference_usd": "0",
            "residuals": {},
        },
        "notes": [],
    }


def test_a_search_that_the_ledger_does_not_have_is_unmetered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    keep(*called())
    assert cells(in_json(capsys, COSTS)) == [
        (None, "0.01", "0", {"unmetered": "0.01"}),
        ("gpt-5.4", "0.0175", "0.0175", {}),
    ]


def test_calls_of_another_day_provider_or_time_are_not_compared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    later = datetime(2026, 11, 24, 1, tzinfo=timezone.utc)
    outside = datetime(2026, 11, 25, tzinfo=timezone.utc)
    groq = called("openai/gpt-oss-120b", "groq")
    keep(*called(), *called(at=later), *called(at=outside), *groq)
    found = in_json(capsys, COSTS)
    assert [(row["day"], row["model"]) for row in found["rows"]] == [
        ("2026-11-23", None),
        ("2026-11-23", "gpt-5.4"),
        ("2026-11-24", "gpt-5.4"),
    ]
    assert found["rows"][2]["residuals"] == {"not_stated": "-0.0175"}


def test_a_call_that_timed_out_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    [half] = called(prompt_tokens=500, completion_tokens=500)
    lost = half._replace(
        event_id="01a20942-7399-72fe-8744-000000000000",
        outcome="error",
        error_type="APITimeoutError",
        http_status=None,
        usage=Usage(source="none"),
        cost=Cost(),
    )
    keep(half, lost)
    assert cells(in_json(capsys, COSTS))[1] == (
        *("gpt-5.4", "0.0175", "0.00875"),
        {"timed_out": "0.00875"},
    )


def test_a_model_that_the_catalog_did_not_know_is_a_difference_in_price(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [event] = called()
    keep(event._replace(cost=Cost()))
    assert cells(in_json(capsys, COSTS))[1] == ("gpt-5.4", "0.0175", None, {"price": "0.0175"})


UNPRICED_NOTE = (
    "1 call has no known cost, for want of a price or of a usage that the provider told: the "
    "ledger's side is a lower bound; aso prices check says which models have no price"
)


def test_calls_that_nobody_knows_the_cost_of_do_not_agree_with_a_cost_of_0(
    capsys: pytest.CaptureFixture[str],
) -> None:
    keep(*called(), *called("gpt-6-preview"), *called(prompt_tokens=0, web_search_requests=1))
    lines = run(capsys, COSTS).splitlines()
    assert [line.split()[1:] for line in lines if line.startswith(("2026-11-23 ", "total"))] == [
        ["—", "proj_abc", "—", "0", "0.01", "0.01", "0", "agrees"],
        ["gpt-5.4", "proj_abc", "—", "2", "0.0175", "0.0175", "0", "agrees"],
        ["gpt-6-preview", "proj_abc", "—", "1", "0", "unpriced", "0", "unpriced"],
        ["0.0275", "0.0275+?", "0"],
    ]
    assert lines[-1] == f"!! {UNPRICED_NOTE}"


def test_json_says_of_a_cost_that_nobody_knows_null(capsys: pytest.CaptureFixture[str]) -> None:
    keep(*called("gpt-6-preview"))
    found = in_json(capsys, COSTS)
    assert cells(found)[-1] == ("gpt-6-preview", "0", None, {})
    assert (found["rows"][-1]["unpriced_calls"], found["total"]["ledger_cost_usd"]) == (1, None)
    assert found["notes"] == [UNPRICED_NOTE]


def test_what_is_known_of_a_cell_with_unknown_costs_is_a_lower_bound(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [event] = called()
    keep(event, event._replace(event_id="01a20942-7399-72fe-8744-000000000000", cost=Cost()))
    [line] = [line for line in run(capsys, COSTS).splitlines() if "gpt-5.4" in line]
    assert line.split()[-4:] == ["0.0175", "0.0175+?", "0", "unpriced"]


def test_a_cost_in_part_is_a_lower_bound_and_does_not_agree(
    capsys: pytest.CaptureFixture[str],
) -> None:
    keep(*called(prompt_tokens=1000, completion_tokens=1000, audio_seconds=3))
    [line] = [line for line in run(capsys, COSTS).splitlines() if "gpt-5.4" in line]
    assert line.split()[-4:] == ["0.0175", "0.0175+?", "0", "partial"]
    assert in_json(capsys, COSTS)["rows"][-1]["partial_calls"] == 1


def test_an_estimate_does_not_agree(capsys: pytest.CaptureFixture[str]) -> None:
    [event] = called()
    keep(event._replace(usage=event.usage._replace(source="estimate")))
    [line] = [line for line in run(capsys, COSTS).splitlines() if "gpt-5.4" in line]
    assert line.split()[-4:] == ["0.0175", "0.0175~", "0", "estimated"]


def changed(tmp_path: Path, **changes: Any) -> Path:
    """Return the costs export with a changed first row, alone."""
    document = json.loads(COSTS.read_text())
    bucket = document["data"][0]
    bucket["results"] = [{**bucket["results"][0], **changes}]
    path = tmp_path / "costs.json"
    path.write_text(json.dumps(document))
    return path


def test_another_tier_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    keep(*called(prompt_tokens=1000))
    path = changed(
        tmp_path,
        line_item=f"priority | {GPT}, input",
        amount={"value": "0.0050000", "currency": "usd"},
    )
    [row] = in_json(capsys, path)["rows"]
    assert (row["residuals"], row["stated_tiers"]) == ({"tier": "0.0025"}, ["priority"])


def test_less_than_the_last_digit_is_rounding(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(*called(prompt_tokens=1010))
    path = changed(tmp_path, quantity=1010)
    [row] = in_json(capsys, path)["rows"]
    assert (row["difference_usd"], row["residuals"]) == ("-0.000025", {"rounding": "-0.000025"})


def test_the_dust_of_a_binary_float_is_rounding(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(*called(prompt_tokens=1000))
    path = changed(tmp_path, amount={"value": 0.0025000000000000005, "currency": "usd"})
    [row] = in_json(capsys, path)["rows"]
    assert row["residuals"] == {"rounding": "0.0000000000000000005"}


def test_costs_alone_that_differ_are_unexplained_and_end_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(*called(prompt_tokens=500))
    path = changed(tmp_path, quantity=None)
    [row] = in_json(capsys, path, code=1)["rows"]
    assert row["residuals"] == {"unexplained": "0.00125"}


def test_an_export_that_tells_no_models_apart_is_compared_by_day(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep(*called(prompt_tokens=1000), *called("gpt-4o", prompt_tokens=1000))
    amount = {"value": "0.005", "currency": "usd"}
    path = changed(tmp_path, line_item=None, project_id=None, amount=amount)
    found = in_json(capsys, path)
    assert found["by"] == ["day"]
    assert cells(found) == [(None, "0.005", "0.005", {})]


# Projects


def test_a_project_is_the_value_of_a_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    [event] = called()
    keep(event._replace(dims={"team": "search"}))
    mapped = ("--project", "team", "--map", "proj_abc=search")
    found = in_json(capsys, COSTS, *mapped)
    assert [row["project"] for row in found["rows"]] == ["proj_abc", "proj_abc"]
    assert found["total"]["residuals"] == {"unmetered": "0.01"}


def test_where_no_event_has_the_dimension_projects_are_compared_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [event] = called()
    keep(event._replace(dims={}))
    found = in_json(capsys, COSTS)
    assert found["by"] == ["day", "model"]
    assert found["total"]["residuals"] == {"unmetered": "0.01"}
    [note] = found["notes"]
    assert note.startswith("no event has the dimension 'project', so projects are compared")


# Anthropic, OpenRouter


def test_anthropics_costs_and_usage_explain_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    space = "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"
    usage = {
        "prompt_tokens": 1600,
        "cache_read_tokens": 100,
        "cache_write_tokens": 750,
        "cache_write_5m_tokens": 250,
        "cache_write_1h_tokens": 500,
        "completion_tokens": 250,
    }
    [event] = called("claude-sonnet-4-5-20250929", "anthropic", **usage)
    keep(event._replace(dims={"project": space}))
    files = [EXPORTS / f"anthropic_{kind}_report.json" for kind in ("cost", "usage")]
    found = in_json(capsys, *files)
    row = next(row for row in found["rows"] if row["model"] == "claude-sonnet-4-5")
    assert row["quantities"] == {
        "cache_read_tokens": {"stated": "200", "ledger": "100"},
        "cache_write_1h_tokens": {"stated": "1000", "ledger": "500"},
        "cache_write_tokens": {"stated": "500", "ledger": "250"},
        "output_tokens": {"stated": "500", "ledger": "250"},
        "uncached_input_tokens": {"stated": "1500", "ledger": "750"},
    }
    ours = Decimal(row["ledger_cost_usd"])
    assert Decimal(row["residuals"]["unmetered"]) == ours  # twice as much was used
    rest = Decimal("1.2378912") - 2 * ours
    assert Decimal(row["residuals"]["price"]) == rest


def test_openrouters_activity_is_compared_with_what_it_charged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [event] = called("openai/gpt-4.1", "openrouter", prompt_tokens=50, completion_tokens=125)
    charged = Cost(
        total=Decimal("0.015"),
        status="priced",
        source="provider",
        lines=[event.cost.lines[0]._replace(amount=Decimal("0.015"))],
        upstream_cost=Decimal("0.012"),
    )
    keep(event._replace(cost=charged, dims={}))
    [row] = in_json(capsys, EXPORTS / "openrouter_activity.json")["rows"]
    assert (row["model"], row["difference_usd"], row["residuals"]) == ("openai/gpt-4.1", "0", {})
    assert (row["stated_upstream_cost"], row["ledger_upstream_cost"]) == ("0.012", "0.012")


# In words


def test_the_table_says_why_and_what_that_means(capsys: pytest.CaptureFixture[str]) -> None:
    keep(*called())
    lines = run(capsys, COSTS).splitlines()
    assert [line.split() for line in lines if line.startswith("2026-11-23 ")] == [
        *[["2026-11-23", "—", "proj_abc", "—", "0", "0.01", "0", "0.01", "unmetered", "0.01"]],
        ["2026-11-23", "gpt-5.4", "proj_abc", "—", "1", "0.0175", "0.0175", "0", "agrees"],
    ]
    assert "unmetered    0.01 USD: billed by the provider, and not in the ledger" in lines[-1]


def test_without_a_ledger_the_way_to_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no ledger yet" in run(capsys, COSTS, code=1)
    found = in_json(capsys, COSTS, code=1)
    assert found["total"]["residuals"] == {"unmetered": "0.0275"}
    assert found["notes"][-1].startswith("There is no ledger yet")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.json"], "export 'none.json' cannot be read (FileNotFoundError)"),
        ([str(COSTS), "--map", "proj_abc"], "--map 'proj_abc': write PROJECT=VALUE"),
    ],
)
def test_a_wrong_argument_ends_with_2_and_the_way_out(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconcile", *arguments]) == 2
    assert message in capsys.readouterr().err
