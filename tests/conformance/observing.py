"""Runs a scenario and writes down all that its caller can see, as plain text to compare."""

from __future__ import annotations

import contextlib
import gc
import inspect
import json
import re
from collections.abc import Callable
from typing import Any

Observation = dict[str, Any]
Scenario = Callable[[Any], Any]  # of a script, which keeps what was received

# Addresses, times, and gRPC's two ways to tell of one deadline.
_VARYING = re.compile(
    r"0x[0-9a-f]+|\d+\.\d+ seconds|\d+\.\d+ ?ms|Stream removed \(Deadline Exceeded\)|Deadline Exceeded"
)
_VARYING_HEADERS = frozenset({"idempotency-key", "x-stainless-read-timeout", "host"})


def observe(scenario: Scenario, script: Any) -> Observation:
    """Return what the caller of the scenario saw, and what the provider received."""
    seen: Observation = {}
    try:
        seen["result"] = look(scenario(script))
    except BaseException as error:
        seen["error"] = _error(error)
    gc.collect()
    seen["wire"] = [_request(request) for request in script.requests]
    return seen


def look(value: Any, depth: int = 3) -> Any:
    """Return type, text, public attributes and what the value can do."""
    if value is None or isinstance(value, (str, int, float, bool, bytes)):
        return value
    if isinstance(value, (list, tuple)):
        return [look(item, depth) for item in value]
    if isinstance(value, dict):
        return {key: look(item, depth) for key, item in value.items()}
    seen: Observation = {"type": f"{type(value).__module__}.{type(value).__qualname__}"}
    seen["text"] = _VARYING.sub("…", repr(value))
    if depth > 0:
        seen["attributes"] = sorted(getattr(value, "__dict__", {}))
        seen["mro"] = [kind.__qualname__ for kind in type(value).__mro__]
    if hasattr(value, "model_dump"):
        seen["dump"] = value.model_dump(warnings=False)  # perplexity's warn on Python 3.10
        seen["said"] = sorted(value.model_fields_set)
    return seen


def signature_of(function: Any) -> Observation:
    """Return how a function looks to inspection."""
    return {
        "signature": str(inspect.signature(function)),
        "name": function.__name__,
        "qualname": function.__qualname__,
        "module": function.__module__,
        "doc": function.__doc__,
        "is_coroutine": inspect.iscoroutinefunction(function),
        "is_async_generator": inspect.isasyncgenfunction(function),
    }


def fails(action: Callable[[], Any]) -> Any:
    """Return what an action gives, or the error that it raises."""
    try:
        return look(action())
    except Exception as error:
        return [type(error).__name__, str(error)]


def _error(error: BaseException | None) -> Any:
    if error is None:
        return None
    seen = {
        "type": type(error).__qualname__,
        "text": _VARYING.sub("…", str(error)),
        "attributes": sorted(vars(error)),
        "cause": _error(error.__cause__),
        "suppressed": error.__suppress_context__,
    }
    if error.__context__ is not error.__cause__:
        seen["context"] = _error(error.__context__)
    return seen


def _request(request: Any) -> Observation:
    headers = {key: value for key, value in request.headers.items() if key not in _VARYING_HEADERS}
    content: Any = request.content
    with contextlib.suppress(ValueError):
        content = json.loads(content)
    headers.pop("content-length", None)
    return {"line": f"{request.method} {request.url}", "headers": headers, "content": content}


def without_asked_usage(seen: Observation) -> Observation:
    """Take out the one thing that may be added on the wire: stream_options.include_usage."""
    for request in seen["wire"]:
        if isinstance(request["content"], dict):
            request["content"].pop("stream_options", None)
    return seen
