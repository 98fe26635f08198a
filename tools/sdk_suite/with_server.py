"""A pytest plugin (``-p``): a test that is skipped for want of a mock server is run, as there is one."""

from __future__ import annotations

import pytest

_SKIPPED = "Mock server tests are disabled"
"""What Stainless' generator says in the tests of perplexityai 0.42.0 and fireworks-ai 1.2.30."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take their marks off."""
    for item in items:
        item.own_markers[:] = [mark for mark in item.own_markers if not _is_for_want(mark)]


def _is_for_want(mark: pytest.Mark) -> bool:
    return mark.name == "skip" and mark.kwargs.get("reason") == _SKIPPED
