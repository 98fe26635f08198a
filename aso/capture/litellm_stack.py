"""Who of LiteLLM's code is asking right now: its stack says it, and nothing else does everywhere.

Handlers get their call's logging object as an argument, but seldom hand it on; a context variable
would outlive the call, and fallbacks run with copies of the object (litellm_core_utils/
fallback_utils.py; 1.60.0, 1.80.0, 1.106.2, read 2026-11-26). Looked at only where a host says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import currentframe
from types import FrameType
from typing import Any

_LITELLM = "litellm."
_PROVIDERS = "litellm.llms."
_SENDERS = (_PROVIDERS, "litellm.main")
_BETWEEN = ("aso.", "wrapt")
_BELOW = ("openai", *_BETWEEN)
_NAMES = ("logging_obj", "litellm_logging_obj")


def is_from_a_provider() -> bool:
    """Return True where the nearest function but ours is of LiteLLM's code for providers."""
    return next(_callers(_BETWEEN))[0].startswith(_PROVIDERS)


def logging_object() -> Any:
    """Return the logging object of the call that is being sent; None: LiteLLM sends none."""
    for place, (module, frame) in enumerate(_callers(_BELOW)):
        if not module.startswith(_LITELLM if place else _SENDERS):
            return None
        for name in _NAMES:
            if name in frame.f_code.co_varnames and (found := frame.f_locals.get(name)) is not None:
                return found
    return None


def _callers(but: tuple[str, ...]) -> Iterator[tuple[str, FrameType]]:
    """Yield the functions that are being called and their modules, the nearest first."""
    frame = currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if not module.startswith(but):
            yield module, frame
        frame = frame.f_back
