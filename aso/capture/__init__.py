"""How requests are captured: one file per kind of client, each a few wrappers around its own seam.

`call` holds what they all share. `stainless` owns a request where an SDK makes it; `httpx`,
`requests` and `aiohttp` where nothing above them does, or for an SDK above them, which `over_http`
knows. A kind is loaded with the first SDK of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aso.hook import Hook, Integration, Wrapper

if TYPE_CHECKING:  # loaded below, when needed
    from aso.capture.seam import Seam
    from aso.pipeline import Pipeline


class Wrappers:
    """One integration's wrappers, bound to one pipeline; loaded when the first is asked for."""

    def __init__(
        self, pipeline: Pipeline, integration: Integration, *, only_below: bool = False
    ) -> None:
        self._pipeline = pipeline
        self._integration = integration
        self._only_below = only_below
        self._seams: dict[int, Seam] = {}

    def __call__(self, hook: Hook) -> Wrapper:
        """Return wrapt's kind of wrapper for a hook: (wrapped, instance, args, kwargs)."""
        return self._lazily(hook) if self._integration.is_lazy else self._loaded().wrapper(hook)

    def _loaded(self) -> Seam:
        if self._seams:
            return self._seams[0]
        module, _, name = self._integration.capture.partition(":")
        kind: type[Seam] = getattr(import_module(module), name)
        made = kind(self._pipeline, self._integration, only_below=self._only_below)
        return self._seams.setdefault(0, made)  # of two threads' first calls, one's for both

    def _lazily(self, hook: Hook) -> Wrapper:
        """Return a wrapper that is the hook's own from its first call on."""
        own: Wrapper | None = None

        def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
            nonlocal own
            if own is None:
                with self._pipeline.guard:
                    own = self._loaded().wrapper(hook)
            if own is None:
                return wrapped(*args, **kwargs)
            return own(wrapped, instance, args, kwargs)

        return wrapper
