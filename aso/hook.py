"""What an integration declares: where an SDK is hooked, and by which role. Data only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

Wrapper = Callable[[Any, Any, Any, Any], Any]
"""wrapt's kind: (wrapped, instance, args, kwargs)."""

Role = Literal[
    "request",
    "response",
    "attempt",
    "retry",
    "stream",
    "generator",
    "opened",
    "session",
    "early",
    "end",
    "close",
]


class Hook(NamedTuple):
    """One method or function to wrap.

    Attributes:
        module: where it is defined.
        path: ``Class.method``, or a function's name.
        role: the method of the integration's capture that wraps it.
        parameters: names it must have; a method without them is not the one we know.
        is_async: True for ``async def`` and async generators.
        body: place and name of the argument that is the request's body, where there is one.
        is_optional: True for what not every version that we take has: without it nothing is to be seen.
    """

    module: str
    path: str
    role: Role
    parameters: tuple[str, ...] = ()
    is_async: bool = False
    body: tuple[int, str] | None = None
    is_optional: bool = False


class Integration(NamedTuple):
    """One SDK.

    Attributes:
        name: as ``instrument(integrations=[...])`` takes it.
        package: the module whose import brings the SDK.
        distribution: its name on the package index, for its version.
        versions: what we test, for `aso doctor`; first and last.
        hooks: applied together or not at all.
        capture: ``module:class`` of the wrappers (aso.capture).
        below: HTTP clients that make its requests, where those are what is read.
        elsewhere: other packages with the same modules: earlier majors, a cloud's own client.
        extends: the integration that this is a younger part of, hooked where that is.
        loaded_by: the module whose import brings every hook's; else the first hook's own.
        is_lazy: True where most programs that have the package make no call by it: its wrappers are
            loaded with the first call, not with the package.
    """

    name: str
    package: str
    distribution: str
    versions: tuple[str, str]
    hooks: tuple[Hook, ...]
    capture: str
    below: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    extends: str | None = None
    loaded_by: str | None = None
    is_lazy: bool = False

    def places(self) -> tuple[Integration, ...]:
        """Return the integration for each package that may hold the SDK; each is hooked by itself."""
        return (self, *(self._moved(package) for package in self.elsewhere))

    def _moved(self, package: str) -> Integration:
        hooks = tuple(
            hook._replace(module=package + hook.module.removeprefix(self.package))
            for hook in self.hooks
        )
        return self._replace(package=package, hooks=hooks, elsewhere=())

    @property
    def trigger(self) -> str:
        """Return the module after whose import the hooks' targets are there."""
        return self.loaded_by or self.hooks[0].module
