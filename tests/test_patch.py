"""Hooks find what they name, refuse what they do not know, and put back what was there."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from aso.hook import Hook, Integration
from aso.patch import Applied

NAME = "an_sdk_of_the_tests"


def ask(model: str, stream: bool = False) -> str:
    return f"{model} {stream}"


@functools.wraps(ask)
def decorated(*args: Any, **kwargs: Any) -> str:
    return ask(*args, **kwargs)


@pytest.fixture
def sdk() -> Iterator[Any]:
    module: Any = ModuleType(NAME)
    module.ask, module.decorated = ask, decorated
    sys.modules[NAME] = module
    yield module
    del sys.modules[NAME]


def applied(path: str, *parameters: str) -> Applied:
    hook = Hook(NAME, path, "early", parameters)
    integration = Integration(NAME, NAME, NAME, ("1", "1"), (hook,), "")
    found = Applied(
        integration, lambda _: lambda wrapped, _, args, kwargs: f"seen {wrapped(*args, **kwargs)}"
    )
    found.when_imported()
    return found


def test_a_function_of_a_module_is_hooked_and_put_back(sdk: Any) -> None:
    hooked = applied("ask", "model", "stream")
    assert sdk.ask("m") == "seen m False"
    hooked.withdraw()
    assert sdk.ask is ask


def test_a_decorated_function_is_known_by_the_parameters_it_was_written_with(sdk: Any) -> None:
    assert applied("decorated", "model").problem is None
    assert sdk.decorated("m") == "seen m False"


@pytest.mark.parametrize("path", ["missing", "Missing.method", "NAME"])
def test_what_is_not_there_turns_the_integration_off(sdk: Any, path: str) -> None:
    found = applied(path)
    assert (found.is_on, found.problem) == (False, f"{NAME}.{path} is not there")


def test_what_not_every_version_has_may_be_missing(sdk: Any) -> None:
    hooks = (Hook(NAME, "ask", "early"), Hook(NAME, "Later.close", "close", is_optional=True))
    integration = Integration(NAME, NAME, NAME, ("1", "1"), hooks, "")
    found = Applied(integration, lambda _: lambda *_: "seen")
    found.when_imported()
    assert (found.is_on, found.problem, sdk.ask("m")) == (True, None, "seen")
    found.withdraw()


def test_a_function_without_a_parameter_we_rely_on_is_left_alone(sdk: Any) -> None:
    assert applied("ask", "logging").problem == f"{NAME}.ask has no parameter 'logging'"
    assert sdk.ask is ask
