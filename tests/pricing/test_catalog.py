"""The committed catalog: what it says of itself is true."""

from __future__ import annotations

import gzip
import hashlib
import json
import pkgutil
import re

import pytest

from aso.pricing import bundled
from aso.providers import PROVIDERS


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    data = pkgutil.get_data("aso.pricing", "data/catalog.json.gz")
    assert data is not None
    return json.loads(gzip.decompress(data))


def test_its_hash_is_that_of_its_rows(document: dict[str, object]) -> None:
    rows = json.dumps(document["providers"], sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(rows.encode()).hexdigest() == document["sha256"]


def test_every_row_can_be_read_and_names_a_provider_that_we_know() -> None:
    catalog = bundled()
    for provider in ("openai", "azure", "xai", "groq", "mistral", "deepseek", "perplexity"):
        assert provider in PROVIDERS
        for model in catalog.models(provider):
            row = catalog.row(provider, model)
            assert row is not None
            assert row.prices, f"{provider}:{model} has no price"


def test_every_rate_is_decimal_text_and_not_negative(document: dict[str, object]) -> None:
    for rows in document["providers"].values():  # type: ignore[attr-defined]
        for row in rows.values():
            for price in row["prices"]:
                assert all(
                    re.fullmatch(r"[0-9.]+", amount) for amount, _ in price["rates"].values()
                )
