"""`aso prices show`, `search`, `diff`: what the catalog says."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aso.cli import main
from aso.pricing import price, read_catalog
from tests.catalogs import catalog_file, written
from tests.cli.printed import disputed, in_json, run


def rate(amount: str, unit: str = "input_tokens", per: int = 10**6, source: Any = None) -> Any:
    return {"unit": unit, "rate": amount, "per": per, "source": source}


def plain(rates: list[Any], **more: Any) -> Any:
    dates = {"since": None, "until": None}
    return {"when": {}, "window": None, **dates, "rates": rates, "tiers": [], **more}


# show


def test_show_gives_every_rate_in_force_with_where_it_is_from(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    since = "2026-06-01T00:00:00Z"
    searches = rate("10", "web_search_requests", 1000, "catalog:page:single")
    tier = {"prompt_tokens": ">= 200000", "rates": [rate("4")]}
    catalog = read_catalog(deep)
    assert in_json(capsys, "show", "deep-1", "--at", "2026-11-26") == {
        "catalog": {"version": "2026.11.01", "sha256": catalog.sha256},
        "at": "2026-11-26T00:00:00Z",
        "models": [
            {
                "provider": "deepseek",
                "model": "deep-1",
                "sources": ["one", "two"],
                "confidence": "settled",
                "prices": [
                    plain([rate("5")], window="01:00-04:00 Mon,Fri", since=since),
                    plain([rate("2"), searches], since=since, tiers=[tier]),
                    plain([rate("1")], when={"processing": "batch"}),
                ],
                "multipliers": {"inference_geo": {"us": "1.1"}},
                "scheduled": [plain([rate("6")], since="2027-01-01T00:00:00Z")],
            }
        ],
        "disputes": [],
        "terms": [],
        "scheduled_terms": [],
    }


def test_show_at_a_date_is_the_price_of_that_day(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    [model] = in_json(capsys, "show", "deep-1", "--at", "2026-03-01")["models"]
    assert [one["rates"] for one in model["prices"]] == [[rate("3")], [rate("1")]]


@pytest.mark.parametrize("name", ["deep-latest", "deepseek:deep-1", "DEEP-1"])
def test_show_takes_any_name_of_a_model(
    name: str, capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    [model] = in_json(capsys, "show", name)["models"]
    assert (model["provider"], model["model"]) == ("deepseek", "deep-1")


def test_show_in_words(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    lines = run(capsys, "show", "deep-1", "--at", "2026-11-26").splitlines()
    assert lines[0] == "deepseek:deep-1   settled, by one+two"
    assert [line for line in lines if line.startswith("  ") and not line.startswith("    ")] == [
        "  standard, 01:00-04:00 Mon,Fri, since 2026-06-01T00:00:00Z",
        "  standard, since 2026-06-01T00:00:00Z",
        "  processing batch",
        "  to come: standard, since 2027-01-01T00:00:00Z",
        "  on tokens, by inference_geo: us × 1.1",
    ]


def test_show_of_an_unknown_model_says_what_is_near(
    capsys: pytest.CaptureFixture[str], deep: Path
) -> None:
    said = run(capsys, "show", "deep1", code=1)
    assert "The catalog knows no 'deep1'; near it are deep-1" in said
    assert in_json(capsys, "show", "deep1", code=1)["models"] == []


def test_a_model_that_sources_differ_on_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    disputed(capsys, tmp_path)
    for name in ("gpt-5.4", "openai:gpt-5.4"):
        said = run(capsys, "show", name, code=1)
        assert said == "openai:gpt-5.4 has no price: conflict:one/two\n"
    found = in_json(capsys, "show", "gpt-5.4", code=1)
    asked = {"provider": "openai", "model": "gpt-5.4"}
    assert found["disputes"] == [{**asked, "reason": "conflict:one/two"}]
    [listed] = in_json(capsys, "search", "5.4")["models"]
    assert (listed["model"], listed["confidence"]) == ("gpt-5.4", "conflict:one/two")


def test_show_adds_what_a_contract_says_of_the_model(
    capsys: pytest.CaptureFixture[str], deep: Path, tmp_path: Path
) -> None:
    path = tmp_path / "contract.toml"
    path.write_text(
        '["deepseek:deep-*"]\nmultiplier = "0.85"\nwhen = { processing = "batch" }\n'
        '["deepseek:*"]\nmultiplier = "0.9"\nuntil = 2026-01-01\n'
        '["openai:*"]\nfee = "1"\n',
        encoding="utf-8",
    )
    asked = ("show", "deep-1", "--at", "2026-11-26", "--overlay", str(path))
    [term] = in_json(capsys, *asked)["terms"]
    assert term == {
        "name": "deepseek:deep-*",
        "pattern": "deepseek:deep-*",
        "multiplier": "0.85",
        "fee": None,
        "rates": [],
        "since": None,
        "until": None,
        "when": {"processing": "batch"},
        "dimensions": {},
    }
    assert (
        "contract:deepseek:deep-*, for deepseek:deep-*: multiplier 0.85, where processing=batch"
        in run(capsys, *asked)
    )


@pytest.fixture
def november(tmp_path: Path) -> str:
    """A contract of one month, about one model."""
    path = tmp_path / "contract.toml"
    path.write_text(
        '["deepseek:*"]\nmultiplier = "0.9"\nsince = 2026-11-01\nuntil = 2026-12-01\n'
        '["openai:*"]\nfee = "1"\n',
        encoding="utf-8",
    )
    return str(path)


TERM = "contract:deepseek:*, for deepseek:*: multiplier 0.9, since 2026-11-01T00:00:00Z, until"


@pytest.mark.parametrize(
    ("at", "said", "terms", "scheduled"),
    [
        ("2026-10-01", f"to come: {TERM}", 0, 1),
        ("2026-11-26", TERM, 1, 0),
        ("2026-12-01", "the contract has no term for it, then or later", 0, 0),
    ],
    ids=["before", "in force", "after"],
)
def test_show_says_when_a_term_of_the_contract_holds(
    at: str,
    said: str,
    terms: int,
    scheduled: int,
    capsys: pytest.CaptureFixture[str],
    deep: Path,
    november: str,
) -> None:
    asked = ("show", "deep-1", "--at", at, "--overlay", november)
    assert [line for line in run(capsys, *asked).splitlines() if line.startswith(said)]
    found = in_json(capsys, *asked)
    assert (len(found["terms"]), len(found["scheduled_terms"])) == (terms, scheduled)


def test_show_knows_a_model_that_the_contract_alone_prices(
    capsys: pytest.CaptureFixture[str], deep: Path, tmp_path: Path
) -> None:
    path = tmp_path / "contract.toml"
    path.write_text('["deepseek:ours"]\nrates = { input_tokens = "3" }\n', encoding="utf-8")
    asked = ("show", "deepseek:ours", "--overlay", str(path))
    assert run(capsys, *asked).splitlines()[:2] == [
        "The catalog knows no 'deepseek:ours'; the contract does:",
        "contract:deepseek:ours, for deepseek:ours: input_tokens 3 per 1,000,000",
    ]
    assert [term["name"] for term in in_json(capsys, *asked)["terms"]] == ["deepseek:ours"]


def test_what_is_shown_is_what_is_charged(capsys: pytest.CaptureFixture[str]) -> None:
    [model] = in_json(capsys, "show", "openai:gpt-4o", "--at", "2026-11-23")["models"]
    standard = {one["unit"]: one for one in model["prices"][0]["rates"]}["input_tokens"]
    cost = price(
        {"prompt_tokens": 7},
        provider="openai",
        model="gpt-4o",
        at=datetime(2026, 11, 23, tzinfo=timezone.utc),
    )
    assert cost.total == Decimal(standard["rate"]) * 7 / standard["per"]


# search


def test_search_finds_names_and_aliases(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    [found] = in_json(capsys, "search", "LATEST")["models"]
    assert found == {
        "provider": "deepseek",
        "model": "deep-1",
        "aliases": ["deep-latest"],
        "confidence": "settled",
        "input_tokens": found["input_tokens"],
        "output_tokens": None,
    }


def test_search_that_finds_nothing_says_so(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    assert run(capsys, "search", "zzz", code=1) == "No name in the catalog has 'zzz' in it.\n"


# diff


def test_diff_names_every_rate_that_differs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = {"kept": {"input_tokens": "1"}, "dearer": {"input_tokens": "1"}, "gone": {"pages": "2"}}
    new = {"kept": {"input_tokens": "1.0"}, "dearer": {"input_tokens": "2"}, "new": {"pages": "3"}}
    paths = [
        str(catalog_file(tmp_path, models, version=version)[0])
        for models, version in ((old, "2026.01.01"), (new, "2026.02.01"))
    ]
    found = in_json(capsys, "diff", *paths)["changes"]
    million = 1_000_000
    assert [(one["kind"], one["model"], one["unit"], one["old"], one["new"]) for one in found] == [
        *[
            (
                "changed",
                "dearer",
                "input_tokens",
                {"rate": "1", "per": million},
                {"rate": "2", "per": million},
            )
        ],
        ("removed", "gone", "pages", {"rate": "2", "per": million}, None),
        ("added", "new", "pages", None, {"rate": "3", "per": million}),
    ]
    said = run(capsys, "diff", *paths)
    assert "1 model added, 1 model removed, 1 model changed" in said


def test_diff_sees_dates_tiers_hours_and_factors(
    capsys: pytest.CaptureFixture[str], deep: Path, tmp_path: Path
) -> None:
    empty, _ = written(tmp_path / "empty.gz", {"deepseek": {}}, "2026.01.01")
    found = in_json(capsys, "diff", str(empty), "in-force")["changes"]
    assert {(one["unit"], one["price"]): one["new"]["rate"] for one in found} == {
        ("input_tokens", "standard"): "3",
        ("input_tokens", "standard, since 2026-06-01T00:00:00Z"): "2",
        ("web_search_requests", "standard, since 2026-06-01T00:00:00Z"): "10",
        ("input_tokens", "standard, since 2026-06-01T00:00:00Z, prompt >= 200000"): "4",
        ("input_tokens", "standard, 01:00-04:00 Mon,Fri, since 2026-06-01T00:00:00Z"): "5",
        ("input_tokens", "standard, since 2027-01-01T00:00:00Z"): "6",
        ("input_tokens", "processing batch"): "1",
        ("× on tokens", "inference_geo us"): "1.1",
    }


def test_a_catalog_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert in_json(capsys, "diff", "bundled", "in-force")["changes"] == []


def test_search_counts_one_model_as_one(capsys: pytest.CaptureFixture[str], deep: Path) -> None:
    assert "\n1 model; USD per million tokens" in run(capsys, "search", "deep-1")


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    return capsys.readouterr().out


def test_the_help_of_aso_names_every_command_of_prices(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    names = re.findall(r"^    (\w+) ", helped(capsys, "prices"), re.MULTILINE)
    assert f"the price catalog: {', '.join(names)}\n" in helped(capsys)
