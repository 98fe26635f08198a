"""What `promise.Kept` asks for: a test for each scenario and each stage, and what is seen bare."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.conformance.promise")

from tests.conformance.promise import Kept, Promise  # noqa: E402


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.cls is None or not issubclass(metafunc.cls, Kept):
        return
    suite = metafunc.cls.suite
    for name, values in (("scenario", suite.scenarios), ("stage", suite.stages)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, list(values))


@pytest.fixture(scope="class")
def promise(request: pytest.FixtureRequest) -> Iterator[Promise]:
    with request.cls.suite.around():
        yield Promise(request.cls.suite)
