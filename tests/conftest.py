"""Every test starts from a clean environment and leaves nothing instrumented."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import aso

if find_spec("hypothesis") is not None:  # the frameworks' environments have none
    from hypothesis import settings

    settings.register_profile("aso", deadline=None)  # a busy machine is no fault
    settings.load_profile("aso")


@pytest.fixture(scope="module", autouse=True)
def quick_collections() -> None:
    """Take what earlier tests have loaded out of later collections: most tests make one or more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No ASO_* variable of the developer's, and a home of the test's own."""
    for name in [name for name in os.environ if name.startswith("ASO_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASO_HOME", str(tmp_path / "aso-home"))


@pytest.fixture(autouse=True)
def nothing_stays_instrumented() -> Iterator[None]:
    """Take the patches back after each test, whatever it did."""
    yield
    aso.uninstrument()
