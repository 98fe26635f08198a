"""Exports as their pages document them: each is known by its content, and read whole."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.reconcile import read_exports
from aso.reconcile.statement import Stated

HERE = Path(__file__).parent / "exports"
DAY, SPACE = "2026-11-23", "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"
START, DAY_MS = 1_795_392_000_000, 86_400_000


def counts(**said: int) -> dict[str, Decimal]:
    """Return counts of tokens; the names of the usual ones are short."""
    names = {"new": "uncached_input_tokens", "read": "cache_read_tokens", "out": "output_tokens"}
    return {names.get(name, name): Decimal(number) for name, number in said.items()}


def stated(model: str | None, project: str | None, **said: Any) -> Stated:
    return Stated(DAY, model, project, **said)


GPT, PROJECT = "gpt-5.4-2026-03-05", "proj_abc"
STATED = {
    "openai_costs.json": [
        stated(
            GPT,
            PROJECT,
            tier="standard",
            cost=Decimal("0.0025"),
            tolerance=Decimal("0.00005"),
            quantities=counts(new=1000),
        ),
        stated(
            GPT,
            PROJECT,
            tier="standard",
            cost=Decimal("0.015"),
            tolerance=Decimal("0.0005"),
            quantities=counts(out=1000),
        ),
        stated(None, PROJECT, cost=Decimal("0.01"), tolerance=Decimal("0.005")),
    ],
    "openai_usage.json": [
        stated(
            GPT,
            PROJECT,
            tier="default",
            requests=5,
            quantities=counts(new=1000, read=150, cache_write_tokens=50, out=1000),
        ),
        stated(None, PROJECT, quantities=counts(web_search_requests=2)),
        stated("dall-e-3", None, requests=2, quantities=counts(images=3)),
    ],
    "anthropic_cost_report.json": [
        stated(
            "claude-sonnet-4-5",
            SPACE,
            tier="standard",
            cost=Decimal("1.2378912"),
            tolerance=Decimal("0.00000005"),
        ),
        stated(None, None, cost=Decimal("0.01"), tolerance=Decimal("0.005")),
    ],
    "anthropic_usage_report.json": [
        stated(
            "claude-sonnet-4-5",
            SPACE,
            tier="standard",
            quantities=counts(
                new=1500, read=200, cache_write_tokens=500, cache_write_1h_tokens=1000, out=500
            ),
        ),
        stated(None, SPACE, quantities=counts(web_search_requests=10)),
    ],
    "anthropic_analytics_cost.json": [
        stated(
            "claude-opus-5-5",
            SPACE,
            tier="batch",
            cost=Decimal("2.505"),
            tolerance=Decimal("0.0005"),
            requests=7,
        )
    ],
    "anthropic_analytics_usage.json": [
        stated(
            "claude-opus-5-5",
            SPACE,
            tier="batch",
            requests=7,
            quantities=counts(
                new=10, read=20, cache_write_tokens=30, cache_write_1h_tokens=0, out=40
            ),
        )
    ],
    "openrouter_activity.json": [
        stated(
            "openai/gpt-4.1",
            None,
            cost=Decimal("0.015"),
            tolerance=Decimal("0.0005"),
            requests=5,
            quantities=counts(new=30, read=20, out=125),
            upstream_cost=Decimal("0.012"),
        )
    ],
    "anthropic_console_usage.csv": [
        stated(
            "claude-sonnet-4-5-20250929",
            "Search",
            tier="standard",
            quantities=counts(
                new=1500, read=200, cache_write_tokens=500, cache_write_1h_tokens=1000, out=500
            ),
        ),
        stated(None, "Search", quantities=counts(web_search_requests=10)),
        stated(
            "claude-opus-5-5",
            "Search",
            tier="batch",
            quantities=counts(
                new=10, read=0, cache_write_tokens=0, cache_write_1h_tokens=0, out=40
            ),
        ),
    ],
    "anthropic_console_cost.csv": [
        stated("claude-sonnet-4-5", "Search", cost=Decimal("0.45"), tolerance=Decimal("0.005")),
        stated("claude-sonnet-4-5", "Search", cost=Decimal("1.20"), tolerance=Decimal("0.005")),
        stated(None, "Search", cost=Decimal("0.10"), tolerance=Decimal("0.005")),
    ],
    "openai_dashboard_costs.csv": [
        stated(
            GPT,
            PROJECT,
            tier="standard",
            cost=Decimal("0.0025"),
            tolerance=Decimal("0.00005"),
            quantities=counts(new=1000),
        ),
        stated(None, PROJECT, cost=Decimal("0.01"), tolerance=Decimal("0.005")),
    ],
    "openrouter_logs.csv": [
        stated(
            "openai/gpt-4.1-2025-04-14",
            None,
            cost=Decimal("0.015"),
            tolerance=Decimal("0.0005"),
            requests=1,
            quantities=counts(new=30, read=20, out=125),
            upstream_cost=Decimal("0.012"),
        ),
        stated(
            "openai/gpt-oss-120b:free",
            None,
            cost=Decimal(0),
            tolerance=Decimal("0.005"),
            requests=1,
            quantities=counts(new=40, read=0, out=20),
            upstream_cost=Decimal(0),
        ),
    ],
    "openrouter_activity.csv": [
        stated(
            "openai/gpt-4.1",
            None,
            cost=Decimal("0.015"),
            tolerance=Decimal("0.0005"),
            requests=5,
            upstream_cost=Decimal("0.012"),
        )
    ],
}
KINDS = {
    "openai_costs.json": ("openai", "openai.costs"),
    "openai_usage.json": ("openai", "openai.usage"),
    "anthropic_cost_report.json": ("anthropic", "anthropic.cost_report"),
    "anthropic_usage_report.json": ("anthropic", "anthropic.usage_report"),
    "anthropic_analytics_cost.json": ("anthropic", "anthropic.analytics.cost"),
    "anthropic_analytics_usage.json": ("anthropic", "anthropic.analytics.usage"),
    "openrouter_activity.json": ("openrouter", "openrouter.activity"),
    "anthropic_console_usage.csv": ("anthropic", "anthropic.console.usage"),
    "anthropic_console_cost.csv": ("anthropic", "anthropic.console.cost"),
    "openai_dashboard_costs.csv": ("openai", "openai.dashboard.costs"),
    "openrouter_logs.csv": ("openrouter", "openrouter.logs"),
    "openrouter_activity.csv": ("openrouter", "openrouter.dashboard.activity"),
}


@pytest.mark.parametrize("name", STATED)
def test_an_export_is_known_by_its_content_and_read_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / "renamed"
    path.write_bytes((HERE / name).read_bytes())
    found = read_exports([path])
    assert (found.provider, *found.kinds) == KINDS[name]
    assert list(found.rows) == STATED[name]


def test_it_covers_the_time_of_its_buckets_also_of_empty_ones() -> None:
    found = read_exports([HERE / "openai_costs.json"])
    assert (found.since_ms, found.until_ms) == (START, START + 2 * DAY_MS)


def test_files_of_one_provider_are_one_statement() -> None:
    found = read_exports([HERE / "openai_costs.json", HERE / "openai_usage.json"])
    assert found.kinds == ("openai.costs", "openai.usage")
    assert [*found.rows] == [*STATED["openai_costs.json"], *STATED["openai_usage.json"]]


def test_a_page_a_line_is_the_same_as_a_list_of_pages(tmp_path: Path) -> None:
    pages = json.loads((HERE / "openai_usage.json").read_text())
    path = tmp_path / "pages.jsonl"
    path.write_text("\n".join(json.dumps(page) for page in pages) + "\n")
    assert read_exports([path]) == read_exports([HERE / "openai_usage.json"])


def test_an_export_that_goes_on_says_so() -> None:
    assert read_exports([HERE / "anthropic_cost_report.json"]).notes == [
        "anthropic_cost_report.json: has_more is true, so the export goes on in a further page"
    ]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("gpt-4o-mini-2024-07-18, cached input", ("gpt-4o-mini-2024-07-18", "standard")),
        ("priority | gpt-5.6-sol, output, long context", ("gpt-5.6-sol", "priority")),
        ("gpt-image-2 image, output", ("gpt-image-2", "standard")),
        ("gpt-5.6-sol, cache writes", ("gpt-5.6-sol", "standard")),
        ("web search tool calls", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_line_item_says_its_model_and_tier(item: Any, expected: Any, tmp_path: Path) -> None:
    document = json.loads((HERE / "openai_costs.json").read_text())
    document["data"][0]["results"] = [document["data"][0]["results"][0] | {"line_item": item}]
    path = tmp_path / "costs.json"
    path.write_text(json.dumps(document))
    [row] = read_exports([path]).rows
    assert (row.model, row.tier) == expected


def costs(**changes: Any) -> str:
    document = json.loads((HERE / "openai_costs.json").read_text())
    document["data"][0]["results"][0].update(changes)
    return json.dumps(document)


def amount(value: str) -> str:
    return costs(amount={"value": value, "currency": "usd"})


def at(**changes: int) -> str:
    document = json.loads(costs())
    document["data"][0].update(changes)
    return json.dumps(document)


def activity(**changes: Any) -> str:
    document = json.loads((HERE / "openrouter_activity.json").read_text())
    document["data"][0].update(changes)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('day,"' + "x" * 200_000, r"is no whole CSV file \(field larger than field limit"),
        (
            "day,model,cost\n2026-11-23,gpt-4o,1\n",
            r"has a row of \['cost', 'day', 'model'\], which",
        ),
        (
            "day,model\n2026-11-23,gpt-4o,1\n",
            "has a row of 3 cells under 2 columns: it is no whole",
        ),
        ("", "export export.json is no JSON or CSV of an export: known are openai.costs"),
        ("[1, 2]", "is no JSON or CSV of an export"),
        ('{"data": []}', "export export.json has no rows: was the time right?"),
        ('{"data": [{"a": 1}]}', r"has a row of \['a'\], which no export has: known are"),
        ('{"error": {"message": "no"}}', r"has a row of \['error'\], which no export has"),
        (costs(amount={"value": 1, "currency": "eur"}), "amount.value is in 'eur': the ledger is"),
        (costs(amount={"value": "much", "currency": "usd"}), "amount.value is 'much': a number"),
        (costs(amount={"value": None, "currency": "usd"}), "amount.value is None: a number"),
        ("[" * 100_000, "is no JSON or CSV of an export"),
        (amount("1e999999999"), "amount.value is '1e999999999': a number below 10\\^18, to 40"),
        (amount("1e400"), "amount.value is '1e400': a number below 10\\^18, to 40 decimal places"),
        (amount("1e-41"), "amount.value is '1e-41': a number below 10\\^18, to 40 decimal places"),
        (at(start_time=99999999999999999), "start_time is 99999999999999999: an instant from 20"),
        (at(end_time=-1), "end_time is -1: an instant from 2000 to 2100"),
        (activity(date="9999-12-31"), "date is '9999-12-31': an instant from 2000 to 2100"),
        (activity(date="0001-01-01T00:00:00+14:00"), "an instant from 2000 to 2100"),
        (activity(requests="1e400"), "requests is '1e400': a number below"),
        (
            activity(model=["a"]),
            "row of openrouter.activity whose model is of type list: a text or null",
        ),
        (costs(amount="1"), "has a row of openai.costs in another form than its page documents"),
    ],
)
def test_what_is_no_export_is_refused_with_the_way_out(
    text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "export.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_exports([path])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read \\(FileNotFoundError\\)"):
        read_exports([tmp_path / "none.json"])


def test_exports_of_two_providers_are_refused() -> None:
    with pytest.raises(ConfigError, match="are of several providers"):
        read_exports([HERE / "openai_costs.json", HERE / "openrouter_activity.json"])


def refetched(path: Path, **changes: Any) -> Path:
    path.write_text(costs(**changes))
    return path


def test_the_same_export_twice_is_refused(tmp_path: Path) -> None:
    copy = refetched(tmp_path / "copy.json")
    with pytest.raises(ConfigError, match=r"openai_costs.json' and '.*copy.json' have the same pa"):
        read_exports([HERE / "openai_costs.json", copy])
    with pytest.raises(ConfigError, match="have the same page, which would be counted twice: give"):
        read_exports([copy, copy])


def test_a_page_that_is_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text("\n".join(json.dumps(json.loads(costs())) for _ in range(2)))
    with pytest.raises(ConfigError, match="have the same page"):
        read_exports([path])


def test_the_same_time_and_group_in_two_files_is_refused(tmp_path: Path) -> None:
    later = refetched(
        tmp_path / "later.json", quantity=2000, amount={"value": 1, "currency": "usd"}
    )
    with pytest.raises(ConfigError, match=r"later.json' have the same rows of openai.costs, which"):
        read_exports([HERE / "openai_costs.json", later])


def test_another_projects_rows_are_others(tmp_path: Path) -> None:
    document = json.loads(costs())
    for row in document["data"][0]["results"]:
        row["project_id"] = "proj_other"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(document))
    assert len(read_exports([HERE / "openai_costs.json", path]).rows) == 6


@pytest.mark.parametrize("name", [name for name in STATED if name.endswith(".csv")])
def test_rows_that_two_csv_files_have_are_refused(name: str, tmp_path: Path) -> None:
    header, first, *_ = (HERE / name).read_text().splitlines()
    path = tmp_path / "part.csv"
    path.write_text(f"{header}\n{first}\n\n")
    assert len(read_exports([path]).rows) in {1, 2}
    with pytest.raises(ConfigError, match="which would be counted twice"):
        read_exports([HERE / name, path])


@pytest.mark.parametrize("name", [name for name in STATED if name.endswith(".json")])
def test_every_export_twice_is_refused_whatever_its_order(name: str, tmp_path: Path) -> None:
    pages = json.loads((HERE / name).read_text())
    path = tmp_path / "one_page_a_line.jsonl"
    lines = pages if isinstance(pages, list) else [{**pages, "fetched_again": True}]
    path.write_text("\n".join(json.dumps(line) for line in reversed(lines)))
    with pytest.raises(ConfigError, match="which would be counted twice"):
        read_exports([HERE / name, path])


def test_rows_without_a_page_around_them_are_refused_twice(tmp_path: Path) -> None:
    path = tmp_path / "activity.json"
    path.write_text(json.dumps(json.loads((HERE / "openrouter_activity.json").read_text())["data"]))
    assert len(read_exports([path]).rows) == 1
    with pytest.raises(ConfigError, match="have the same rows of openrouter.activity"):
        read_exports([path, path])
