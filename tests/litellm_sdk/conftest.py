"""These tests run where LiteLLM is installed: the rows of the matrix that bear its name."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.litellm_sdk.server import Server

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks the network for prices

collect_ignore_glob: list[str] = ["test_*.py"] if find_spec("litellm") is None else []
if not collect_ignore_glob:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, on newer interpreters and newer pydantic
        import litellm  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """LiteLLM warns of itself in every call: that is not what these tests are about."""
    for item in items:
        if "litellm_sdk" in str(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    from tests.litellm_sdk.asking import close_loop

    with Server() as server:
        yield server
        close_loop()


@pytest.fixture
def server(_server: Server) -> Server:
    return _server
