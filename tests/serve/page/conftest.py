"""One server and one browser for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.page.browser import Page, browser_path, browsing
from tests.serve.served import Served, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server; the page is the same on every kind of store."""
    folder = tmp_path_factory.mktemp("page")
    with serving(folder / "store", folder / "secret") as found:
        yield found


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A browser with one tab."""
    if browser_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium` brings one")
    with browsing() as found:
        yield found


@pytest.fixture
def quiet(page: Page) -> Iterator[None]:
    """Forget what another test has seen; its code may not fail, nor its policy be broken."""
    page.look(1280, 900)
    page.errors.clear()
    page.requests.clear()
    yield
    assert page.errors == []
