"""What an integration declares: where an SDK is hooked, and by which role. Data only."""

from __future__ import annotations

from typing import Literal, NamedTuple

Role = Literal["request", "response", "attempt", "retry", "stream"]


class Hook(NamedTuple):
    """One method to wrap.

    Attributes:
        module: where it is defined.
        path: ``Class.method``.
        role: what the wrapper does (aso.stainless).
        parameters: names it must have; a method without them is not the one we know.
        is_async: True for ``async def`` and async generators.
    """

    module: str
    path: str
    role: Role
    parameters: tuple[str, ...] = ()
    is_async: bool = False


class Integration(NamedTuple):
    """One SDK.

    Attributes:
        name: as ``instrument(integrations=[...])`` takes it.
        package: the module whose import brings the SDK.
        distribution: its name on the package index, for its version.
        versions: what we test, for `aso doctor`; first and last.
        hooks: applied together or not at all.
    """

    name: str
    package: str
    distribution: str
    versions: tuple[str, str]
    hooks: tuple[Hook, ...]
