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
_INFERENCE = "litellm.llms.custom_httpx.llm_http_handler"  # has no log at hand in 1.60
_SENDERS = (_PROVIDERS, "litellm.main")
_BETWEEN = ("aso.", "wrapt")
_BELOW = ("openai", *_BETWEEN)
_NAMES = ("logging_obj", "litellm_logging_obj")


def asks_a_provider() -> tuple[bool, bool]:
    """Return whether the nearest function is of LiteLLM's code for providers, and has a call's log.

    Inference has; what asks for OAuth's tokens, counts or fetches has not.
    """
    module, frame = next(_callers(_BETWEEN))
    if not module.startswith(_PROVIDERS):
        return False, False
    return True, module == _INFERENCE or _logging_in(frame) is not None


def logging_object() -> Any:
    """Return the logging object of the call that is being sent; None: LiteLLM sends none."""
    for place, (module, frame) in enumerate(_callers(_BELOW)):
        if not module.startswith(_LITELLM if place else _SENDERS):
            return None
        if (found := _logging_in(frame)) is not None:
            return found
    return None


def _logging_in(frame: FrameType) -> Any:
    names = (name for name in _NAMES if name in frame.f_code.co_varnames)
    return next(filter(None, map(frame.f_locals.get, names)), None)


def _callers(but: tuple[str, ...]) -> Iterator[tuple[str, FrameType]]:
    """Yield the functions that are being called and their modules, the nearest first."""
    frame = currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if not module.startswith(but):
            yield module, frame
        frame = frame.f_back
