"""How requests are captured: one file per kind of client, each a few wrappers around its own seam.

`call` holds what they all share; `stainless` owns a request where an SDK makes it, `httpx`,
`requests` and `aiohttp` where nothing above them does. A kind is loaded with the first SDK of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from aso.hook import Hook, Integration, Wrapper

if TYPE_CHECKING:  # loaded below, when needed
    from aso.capture.call import Capture
    from aso.pipeline import Pipeline


class Wrappers:
    """One integration's wrappers, bound to one pipeline; loaded when the first is asked for."""

    def __init__(self, pipeline: Pipeline, integration: Integration) -> None:
        self._pipeline = pipeline
        self._integration = integration
        self._capture: Capture | None = None

    def __call__(self, hook: Hook) -> Wrapper:
        """Return wrapt's kind of wrapper for a hook: (wrapped, instance, args, kwargs)."""
        if self._capture is None:
            module, _, name = self._integration.capture.partition(":")
            kind: type[Capture] = getattr(import_module(module), name)
            self._capture = kind(self._pipeline, self._integration.package)
        return self._capture.wrapper(hook)
