"""The catalog against its pinned sources: the same bytes, known differences, few gaps.

``make prices`` fetches the sources; where they are not, these tests skip.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from aso.documents import read
from aso.pricing import bundled
from aso.pricing.build import genai_prices_source, litellm_source
from aso.pricing.build.built import CATALOG, Inputs, build, read_inputs
from aso.pricing.build.crosscheck import differences
from aso.pricing.build.gaps import gaps

ROOT = Path(__file__).resolve().parents[2]
WHEELS = Path(os.environ.get("ASO_TEST_PRICE_SOURCES") or ROOT / ".venvs" / "price-sources")
KNOWN = Path(__file__).with_name("known_differences.toml")


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    if not WHEELS.exists():
        pytest.skip("no price sources here: `make prices` fetches them")
    pytest.importorskip("yaml", reason="pyyaml reads one of the sources")
    pytest.importorskip("httpx2", reason="one of the sources needs it to be imported")
    return read_inputs(WHEELS)


def test_a_rebuild_gives_the_same_bytes(inputs: Inputs) -> None:
    first, again = build(inputs).data, build(inputs).data
    assert first == again == CATALOG.read_bytes()


def test_the_lists_differ_from_the_catalog_where_it_is_known_and_nowhere_else(
    inputs: Inputs,
) -> None:
    at = datetime.fromisoformat(inputs.day).replace(hour=12, tzinfo=timezone.utc)
    lists = [
        genai_prices_source.load(inputs.wheels["genai-prices"]),
        litellm_source.load(inputs.wheels["litellm"]),
    ]
    found = {str(one) for one in differences(bundled(), lists, at)}
    known = {one["said"]: one["reason"] for one in read(KNOWN, "differences")["difference"]}
    assert found == known.keys()
    assert all(known.values())


def test_fewer_than_two_in_a_hundred_listed_models_have_no_price_each_with_a_reason(
    inputs: Inputs,
) -> None:
    found = gaps(bundled(), inputs.wheels, inputs.day)
    assert found.share < 0.02
    assert all(gap.reason for gap in found.missing)
