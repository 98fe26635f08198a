"""For every provider and kind of exchange: a recording, a documented exchange, or the reason."""

from __future__ import annotations

import pytest

from tests.corpus.recordings import rows
from tools.provider_matrix import EMPTY, KINDS, NAMES, PAGE, cell, counted, kept, written

REQUIRED = (
    *("openai", "anthropic", "google", "openrouter", "xai", "groq", "deepinfra", "novita"),
    *("fireworks", "perplexity", "cerebras", "mistral", "deepseek", "nebius", "zai"),
    *("azure", "vertex", "bedrock"),
)
REASONS = "EMPTY of tools/provider_matrix.py"
TO_FILL = (
    "{name}, {kind}: add an exchange of that kind, as the provider's page shows it, to "
    f"tests/documented/exchanges/{{name}}.json (docs/extending.md), or the reason to {REASONS}"
)
CELLS = [(name, kind) for name in NAMES for kind in KINDS]


def test_the_matrix_has_every_provider_that_it_must() -> None:
    assert set(REQUIRED) <= set(NAMES)


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_every_cell_is_filled_or_says_why_not(name: str, kind: str) -> None:
    is_filled, has_reason = cell(kept(), name, kind) != "—", (name, kind) in EMPTY
    assert is_filled or has_reason, TO_FILL.format(name=name, kind=kind)
    assert not (is_filled and has_reason), f"{name}, {kind}: take it out of {REASONS}"


def test_the_page_has_the_tables_that_the_tool_writes() -> None:
    page = PAGE.read_text()
    assert written(page, kept()) == page, "python -m tools.provider_matrix rewrites it"


def test_the_page_says_something_of_every_provider_below_its_tables() -> None:
    prose = PAGE.read_text().rpartition("<!-- /rows -->")[2]
    missing = [f"- **{name}**: …" for name in NAMES if f"**{name}**" not in prose]
    assert missing == [], "docs/providers.md, What is its own: how each tells its usage"


@pytest.mark.corpus
def test_the_counts_are_those_of_the_recordings() -> None:
    if next(rows(), None) is None:
        pytest.skip("no recordings: ../shared/corpus is not here")
    assert counted() == kept()
