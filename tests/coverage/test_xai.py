"""xai-sdk, which the other SDKs' environment does not hold: `make matrix` runs this in its row."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

import pytest

from tests.coverage.test_snapshot import check

xai_sdk: Any = pytest.importorskip("xai_sdk")
pytestmark = pytest.mark.sdk


def test_every_method_of_the_newest_sdk_is_known() -> None:
    check("xai")


def test_the_awaited_client_has_the_same_methods() -> None:
    async def methods() -> set[str]:
        async with xai_sdk.AsyncClient(api_key="none") as client:
            return names(client)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        awaited = asyncio.run(methods())
    with xai_sdk.Client(api_key="none") as client:
        assert awaited == names(client)


def names(client: Any) -> set[str]:
    """Return the public methods of a client's resources."""
    parts = {name: one for name, one in vars(client).items() if not name.startswith("_")}
    return {
        f"{name}.{method}"
        for name, one in parts.items()
        for method in dir(one)
        if not method.startswith("_") and callable(getattr(one, method))
    }
