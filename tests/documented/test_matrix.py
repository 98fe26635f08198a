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
CELLS = [(name, kind) for name in NAMES for kind in KINDS]


def test_the_matrix_has_every_provider_that_it_must() -> None:
    assert set(REQUIRED) <= set(NAMES)


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_every_cell_is_filled_or_says_why_not(name: str, kind: str) -> None:
    filled = cell(kept(), name, kind) != "—"
    assert filled != ((name, kind) in EMPTY)


def test_the_page_has_the_tables_that_the_tool_writes() -> None:
    page = PAGE.read_text()
    assert written(page, kept()) == page


def test_the_page_says_something_of_every_provider_below_its_tables() -> None:
    prose = PAGE.read_text().rpartition("<!-- /rows -->")[2]
    assert [name for name in NAMES if f"**{name}**" not in prose] == []


@pytest.mark.corpus
def test_the_counts_are_those_of_the_recordings() -> None:
    if next(rows(), None) is None:
        pytest.skip("no recordings: ../shared/corpus is not here")
    assert counted() == kept()
