from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aso.journal import Journal, folder_of, open_journal
from tests.journal.processes import DESTINATION, ORIGIN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path, DESTINATION)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    """Open journals of one destination; whatever is still open is closed at the end."""
    journals: list[Journal] = []

    def open_one(**bounds: object) -> Journal:
        journals.append(open_journal(tmp_path, DESTINATION, ORIGIN, **bounds))  # type: ignore[arg-type]
        return journals[-1]

    yield open_one
    for journal in journals:
        journal.close()


@pytest.fixture
def journal(opened: Callable[..., Journal]) -> Journal:
    return opened()
