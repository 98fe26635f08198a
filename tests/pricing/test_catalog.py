"""The committed catalog: what it says of itself is true."""

from __future__ import annotations

import gzip
import hashlib
import json
import pkgutil
import re
from datetime import datetime, timezone
from typing import Any

import pytest

from aso.pricing import bundled
from aso.providers import PROVIDERS

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def text() -> bytes:
    data = pkgutil.get_data("aso.pricing", "data/catalog.json.gz")
    assert data is not None
    return gzip.decompress(data)


@pytest.fixture(scope="module")
def prices(text: bytes) -> list[dict[str, Any]]:
    providers = [json.loads(line) for line in text.splitlines()[1:]]
    return [
        price
        for provider in providers
        for row in provider["models"].values()
        for price in json.loads(row)["prices"]
    ]


def test_its_hash_is_that_of_its_rows(text: bytes) -> None:
    header, _, rows = text.partition(b"\n")
    assert hashlib.sha256(rows).hexdigest() == json.loads(header)["sha256"] == bundled().sha256


def test_its_keys_are_sorted_so_that_a_rebuild_gives_the_same_bytes(text: bytes) -> None:
    for line in text.decode().splitlines():
        assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")) == line


def test_every_other_name_is_of_a_row_and_has_none_itself(text: bytes) -> None:
    for line in text.splitlines()[1:]:
        provider = json.loads(line)
        assert not provider["aliases"].keys() & provider["models"].keys()
        assert set(provider["aliases"].values()) <= provider["models"].keys()


def test_every_row_can_be_read_and_names_a_provider_that_we_know() -> None:
    catalog = bundled()
    for provider in catalog.providers:
        assert provider in PROVIDERS
        for model in catalog.models(provider):
            row = catalog.row(provider, model)
            assert row is not None
            assert row.standard, f"{provider}:{model} has no price"
            assert row.source.startswith("catalog:")


def test_what_is_in_dispute_has_no_row_and_says_why(text: bytes) -> None:
    for line in text.splitlines()[1:]:
        provider = json.loads(line)
        for model, one in provider["disputes"].items():
            assert re.fullmatch(r"(conflict|free_unconfirmed):[\w/-]+", one["why"])
            assert model not in provider["models"]


def test_every_calendar_that_hours_name_is_there(text: bytes) -> None:
    for line in text.splitlines()[1:]:
        provider = json.loads(line)
        rows = [json.loads(row) for row in provider["models"].values()]
        prices = [price for row in rows for price in row["prices"]]
        named = {
            price["window"]["closed"] for price in prices if "closed" in price.get("window", ())
        }
        assert named == provider["calendars"].keys()


def test_every_rate_is_decimal_text_and_not_negative(prices: list[dict[str, Any]]) -> None:
    for price in prices:
        for amount, per, *_ in price["rates"].values():
            assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", amount)
            assert per > 0


def test_every_instant_is_in_utc(prices: list[dict[str, Any]]) -> None:
    for price in prices:
        for name in ("since", "until"):
            assert price.get(name, "+00:00").endswith("+00:00")


def test_a_model_that_nobody_knows_has_no_row() -> None:
    assert bundled().row("openai", "no-such-model") is None
    assert bundled().row("no-such-provider", "gpt-4o") is None
    assert bundled().models("no-such-provider") == []
