"""What `price()` takes, and what it refuses: the value, the rule, the way out."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from aso.errors import ConfigError
from aso.pricing import price
from aso.pricing.term import CONDITIONS
from aso.records import Cost, Usage

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
GOOD: dict[str, Any] = {
    "usage": {"prompt_tokens": 1000},
    "provider": "openai",
    "model": "gpt-5.4",
    "at": NOW,
}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"usage": None}, "usage is None: pass a Usage, or a mapping such as"),
        ({"usage": [1000]}, r"usage is \[1000\]: pass a Usage, or a mapping such as"),
        ({"usage": {7: 1}}, "a name in usage is 7: a non-empty text, e.g. 'prompt_tokens'"),
        ({"usage": {7: 1, "pages": 1}}, "a name in usage is 7: a non-empty text"),
        ({"usage": Usage(input_tokens=2.5)}, r"usage\['input_tokens'\] is 2.5: a Usage counts in"),  # type: ignore[arg-type]
        ({"usage": Usage(output_tokens="5")}, r"usage\['output_tokens'\] is '5': a Usage counts"),  # type: ignore[arg-type]
        ({"provider": None}, "provider is None: a non-empty text, e.g. 'openai'"),
        ({"provider": ""}, "provider is '': a non-empty text"),
        ({"model": None}, "model is None: a non-empty text, e.g. 'gpt-5.4'"),
        ({"model": ""}, "model is '': a non-empty text"),
        ({"at": "2026-01-01"}, "at is '2026-01-01': pass an aware datetime"),
        ({"at": datetime(2026, 1, 1)}, "at=2026-01-01T00:00:00 has no time zone"),
        ({"tier": "flex"}, r"price\(\) got conditions \['tier'\]: choose from"),
        ({"service_tier": 3}, "service_tier is 3: a non-empty text, e.g. 'flex'"),
        ({"processing": True}, "processing is True: a non-empty text, e.g. 'batch'"),
        ({"tools": "x"}, r"tools is 'x': a list of names, e.g. \['web_search_preview'\]"),
        ({"tools": [1]}, r"tools is \[1\]: a list of names"),
        ({"iterations": [1]}, r"iterations is \[1\]: a list of mappings, e.g. "),
        ({"provider_reported": "0.01"}, "provider_reported is '0.01': a mapping such as"),
        ({"dimensions": "search"}, "dimensions is 'search': a mapping such as"),
    ],
)
def test_a_wrong_argument_says_what_is_wrong(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        price(**{**GOOD, **arguments})


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_condition_of_a_contract_is_a_text(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is 3: a non-empty text, e.g. '"):
        price(**GOOD, **{name: 3})


@pytest.mark.parametrize(
    "name",
    [*sorted(CONDITIONS), "tools", "provider_reported", "overlay", "dimensions"],
)
def test_a_condition_of_none_is_one_that_nobody_said(name: str) -> None:
    assert price(**GOOD, **{name: None}) == price(**GOOD)


def test_a_provider_that_nobody_lists_has_no_price() -> None:
    found = price(**{**GOOD, "provider": "opnai"})
    version, sha256 = found.catalog_version, found.catalog_sha256
    assert found == Cost(catalog_version=version, catalog_sha256=sha256)
    assert (found.total, found.status) == (None, "unpriced")
