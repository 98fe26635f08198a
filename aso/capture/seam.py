"""Where a package is hooked: its wrappers, bound to one pipeline; and who owns the request."""

from __future__ import annotations

import sys
from contextvars import ContextVar

from aso.hook import Hook, Integration, Wrapper
from aso.inflight import Inflight
from aso.pipeline import Pipeline
from aso.version import installed

CURRENT: ContextVar[Inflight | None] = ContextVar("aso_current_call", default=None)
"""Who owns the request that is being made: the clients below it leave it alone (docs/adr/0002)."""


class Seam:
    """The wrappers of one package: a method for each role that its hooks name.

    Attributes:
        only_below: True for an HTTP client that is read for the SDKs above it alone.
    """

    def __init__(
        self, pipeline: Pipeline, integration: Integration, *, only_below: bool = False
    ) -> None:
        self.pipeline = pipeline
        self.integration = integration
        self.only_below = only_below
        self._sdk: tuple[str, str] | None = None

    def wrapper(self, hook: Hook) -> Wrapper:
        """Return wrapt's kind of wrapper for a hook: (wrapped, instance, args, kwargs)."""
        wrapper: Wrapper = getattr(self, f"{hook.role}_async" if hook.is_async else hook.role)
        return wrapper

    def sdk(self) -> tuple[str, str]:
        """Return name and version; known only once the package's own import is over."""
        if self._sdk is None:
            distribution = self.integration.distribution
            version = getattr(sys.modules.get(self.integration.package), "__version__", None)
            self._sdk = (distribution, str(version or installed(distribution) or "unknown"))
        return self._sdk
