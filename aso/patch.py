"""Hooks → monkey patches, verified before they are applied, undone exactly.

An SDK that is imported later is hooked when it is imported; nothing is imported for the caller.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from wrapt import FunctionWrapper, register_post_import_hook

from aso.errors import ConfigError
from aso.guard import say
from aso.hook import Hook, Integration, Wrapper
from aso.version import installed

_SAID: dict[str, float] = {}
Owner = type | ModuleType


class HookMismatchError(Exception):
    """A hook's target is missing or is not the function we know."""


@dataclass(slots=True)
class Applied:
    """The patches of one integration and how to take them back.

    ``problem`` says why the integration is off; None where it is on or its SDK is not imported.
    """

    integration: Integration
    wrapper_of: Callable[[Hook], Wrapper]
    problem: str | None = None
    is_on: bool = False
    is_withdrawn: bool = False
    originals: list[tuple[Owner, str, Any]] = field(default_factory=list[tuple[Owner, str, Any]])

    def when_imported(self) -> None:
        """Apply now where the SDK is there, else as soon as the program imports it."""
        module = self.integration.trigger
        if module in sys.modules:
            self._apply_aloud()
        else:
            register_post_import_hook(self._arrived, module)

    def _arrived(self, module: ModuleType) -> None:
        # The streaming module is imported by the base module, so all targets exist by now.
        del module
        if not self.is_withdrawn and not self.is_on:
            self._apply_aloud()

    def _apply_aloud(self) -> None:
        """Apply, and say once an hour where that was not possible: calls may go uncounted."""
        self.apply()
        if self.problem is not None:
            one = self.integration
            say(
                self.problem,
                f"aso: integration {one.name!r} is off: {self.problem} in {one.distribution} "
                f"{installed(one.distribution)} (tested: {' to '.join(one.versions)}); its calls are counted as "
                "plain HTTP where they go to a known or mapped host; see 'aso doctor'",
                said=_SAID,
            )

    def apply(self) -> None:
        """Verify every hook, then wrap them; where one does not fit, none is applied."""
        try:
            targets = [
                (hook, *_resolve(hook)) for hook in self.integration.hooks if _is_there(hook)
            ]
        except HookMismatchError as error:
            self.problem = str(error)
            return
        for hook, owner, name, original in targets:
            setattr(owner, name, FunctionWrapper(original, self.wrapper_of(hook)))
            self.originals.append((owner, name, original))
        self.is_on = True

    def withdraw(self) -> None:
        """Put back the very objects that were there."""
        self.is_withdrawn = True
        while self.originals:
            owner, name, original = self.originals.pop()
            setattr(owner, name, original)
        self.is_on = False


def require(integration: Integration) -> None:
    """Check an integration that the caller named.

    Raises:
        ConfigError: its SDK is not installed.
    """
    if not any(_is_installed(place.package) for place in integration.places()):
        raise ConfigError(
            f"integration {integration.name!r} cannot be hooked: package "
            f"{integration.package!r} is not installed; install it or leave the name out"
        )


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # nor is the package that it would be in
        return False


def _is_there(hook: Hook) -> bool:
    return not hook.is_optional or _found(hook)[2] is not None


def _found(hook: Hook) -> tuple[Any, str, Any]:
    """Return what should hold the hook's target, its name there, and the target; None: not there."""
    module = sys.modules.get(hook.module)
    owner_name, _, name = hook.path.rpartition(".")
    owner = getattr(module, owner_name, None) if owner_name else module
    original = vars(owner).get(name) if isinstance(owner, (type, ModuleType)) else None
    return owner, name, original


def _resolve(hook: Hook) -> tuple[Owner, str, Any]:
    """Return where the hook's target is kept: in its class, or in the module itself."""
    owner, name, original = _found(hook)
    if owner is None or not isinstance(original, FunctionType):
        raise HookMismatchError(f"{hook.module}.{hook.path} is not there")
    code = inspect.unwrap(original).__code__  # a decorator takes anything
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    missing = [parameter for parameter in hook.parameters if parameter not in known]
    if missing:
        raise HookMismatchError(f"{hook.module}.{hook.path} has no parameter {missing[0]!r}")
    return owner, name, original
