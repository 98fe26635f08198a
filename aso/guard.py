"""A bug of ours is counted and said once an hour, never raised.

The only broad ``except``, but for those that hand the error on: to here, or to the caller.

A refusal (PolicyError) passes through; so does every BaseException that is not an Exception.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from aso.errors import PolicyError

_LOGGER = logging.getLogger("aso")
_LOGGER.addHandler(logging.NullHandler())
_SILENCE_S = 3600.0
_STORM = 100  # errors within a minute that turn an integration passive
_STORM_WINDOW_S = 60.0


class Guard:
    """Swallows errors of ours inside a ``with`` block: ``with guard: ...``.

    Attributes:
        errors: how many were swallowed since the guard was made.
        passive: True after 100 errors within a minute; hooks then do nothing.
    """

    __slots__ = ("_last_said", "_recent", "errors", "name", "passive")

    def __init__(self, name: str) -> None:
        self.name = name
        self.errors = 0
        self.passive = False
        self._recent: deque[float] = deque(maxlen=_STORM)
        self._last_said: dict[str, float] = {}

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None:
            return False
        if not isinstance(error, Exception) or isinstance(error, PolicyError):
            return False
        self.note(error)
        return True

    def note(self, error: BaseException) -> None:
        """Count one error; log its type and place, never its text (it may quote a payload)."""
        now = time.monotonic()
        self.errors += 1
        self._recent.append(now)
        if len(self._recent) == _STORM and now - self._recent[0] < _STORM_WINDOW_S:
            self.passive = True
        cause = f"{type(error).__name__} at {_place(error)}"
        if now - self._last_said.get(cause, -_SILENCE_S) >= _SILENCE_S:
            self._last_said[cause] = now
            _LOGGER.warning("%s: internal error, the call was not touched: %s", self.name, cause)


def say(cause: str, message: str, *, said: dict[str, float], level: int = logging.WARNING) -> None:
    """Log one line per cause and hour; ``said`` is the caller's memory of what was said when."""
    now = time.monotonic()
    if now - said.get(cause, -_SILENCE_S) >= _SILENCE_S:
        said[cause] = now
        _LOGGER.log(level, "%s", message)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('aso')[2].lstrip('/')}:{trace.tb_lineno}"


def attempt(function: Callable[[Any], object], argument: Any) -> Exception | None:
    """Call what may well fail, such as a sink; return its error instead of raising it."""
    try:
        function(argument)
    except Exception as error:  # noqa: BLE001 — this module's purpose
        return error
    return None
