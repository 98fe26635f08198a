"""What goes out of this process, and what comes into it: dimensions of listed keys, nothing else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from aso.capture.frame import FRAME
from aso.capture.seam import CURRENT
from aso.context import Block, Scope, current, enter, leave
from aso.dimension_rules import MAX_PAIRS, MAX_VALUE_LENGTH, kept_of
from aso.guard import Guard, say
from aso.propagation.baggage import HEADER, MAX_BYTES, entries, laid_into, text_of
from aso.propagation.options import Options
from aso.providers import is_providers
from aso.runtime import RUNTIME

_GUARD = Guard("aso.propagation")
_SAID: dict[str, float] = {}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BREACH = (  # what it was is not said: it is of outside
    f"baggage came in that is no dimension: at most {MAX_PAIRS}, values to {MAX_VALUE_LENGTH} characters, "
    "none of them a control character"
)
_NOTHING: Mapping[str, str] = {}


def guard() -> Guard:
    """Return what swallows a bug of ours: the session's, whose errors `aso.stats()` counts."""
    return RUNTIME.session.guard if RUNTIME.session is not None else _GUARD


def outgoing(options: Options, url: Any = None) -> Mapping[str, str]:
    """Return the dimensions in force that may go to a URL; None: to wherever the program knows.

    None at all to a provider's host, or with a request that an SDK or aso makes for an AI call.
    """
    session, scope = RUNTIME.session, current()
    dims: Mapping[str, str]
    hosts: Mapping[str, str]
    if session is not None:
        dims, hosts = session.pipeline.dims_of(scope, None, None), session.pipeline.hosts
    else:
        dims, hosts = {**scope.received, **scope.dims}, _NOTHING
    keys = options.keys & dims.keys()
    if keys and url is not None and (_is_an_ai_call() or is_providers(str(url), hosts)):
        return _NOTHING
    return {key: dims[key] for key in sorted(keys)}


def write(headers: Any, dims: Mapping[str, str]) -> None:
    """Put dimensions into a mutable mapping of headers, beside the baggage that is there."""
    if not dims:
        return
    name = next((name for name in headers if text_of(name).lower() == HEADER), HEADER)
    text, left_out = laid_into(text_of(headers.get(name)), dims)
    if left_out:
        _dropped(len(left_out), f"no room in the baggage for {', '.join(left_out)}")
    headers[name] = text


def written(request: Any, copy: Callable[[Any], Any], options: Options) -> tuple[Any, Beside]:
    """Return a copy of a request that carries, and what is to hold while it is sent.

    The request itself where nothing is to go along: the caller's own is never written.
    """
    with guard():
        if dims := outgoing(options, request.url):
            sent = copy(request)
            write(sent.headers, dims)
            return sent, Beside(dims)
    return request, Beside(_NOTHING)


class Beside:
    """Dimensions in OpenTelemetry's own baggage while a request is sent, where that is loaded.

    Its instrumentations write the header anew from there, below us: they write the same, once.
    """

    __slots__ = ("_dims", "_token")

    def __init__(self, dims: Mapping[str, str]) -> None:
        self._dims = dims
        self._token: Any = None

    def __enter__(self) -> None:
        baggage = sys.modules.get("opentelemetry.baggage")
        contexts = sys.modules.get("opentelemetry.context")
        if not self._dims or baggage is None or contexts is None:
            return
        with guard():
            context = None
            for key, value in self._dims.items():
                context = baggage.set_baggage(key, value, context)
            self._token = contexts.attach(context)

    def __exit__(self, *exc: object) -> None:
        if self._token is not None:
            with guard():
                sys.modules["opentelemetry.context"].detach(self._token)


class Arrival:
    """What came in with a request, in force for a block: ``with``, ``async with``.

    Attributes:
        block: what is in force inside; None: nothing came that is believed.
    """

    __slots__ = ("block",)

    def __init__(self, headers: Any, read: Callable[[Any], str], options: Options) -> None:
        self.block: Block | None = None
        with guard():
            header = read(headers) if options.trust else ""
            if dims := _believed(header, options):
                self.block = _Received(dims)

    def __enter__(self) -> Arrival:
        if self.block is not None:
            enter(self.block)
        return self

    def __exit__(self, *exc: object) -> None:
        if self.block is not None:
            leave(self.block)

    async def __aenter__(self) -> Arrival:
        return self.__enter__()

    async def __aexit__(self, *exc: object) -> None:
        self.__exit__(*exc)


class _Received:
    """Lays what was received under what the code says."""

    __slots__ = ("_dims",)

    def __init__(self, dims: Mapping[str, str]) -> None:
        self._dims = dims

    def over(self, scope: Scope, block: Block) -> Scope:
        received = {**scope.received, **self._dims}
        return scope._replace(received=received, outer=scope, block=block)


def _believed(header: str, options: Options) -> Mapping[str, str]:
    """Return the listed entries that keep the rules of dimensions; the others are dropped, and counted."""
    if len(header) > MAX_BYTES:
        _dropped(1, f"baggage of {len(header)} characters came in; at most {MAX_BYTES} are read")
        return _NOTHING
    found = list(entries(header, options.keys))
    printable = [pair for pair in found if not _CONTROL.search(pair[1])]
    kept, breaking = kept_of(printable)
    if count := len(breaking) + len(found) - len(printable):
        _dropped(count, _BREACH)
    return kept


def _is_an_ai_call() -> bool:
    return CURRENT.get() is not None or FRAME.get() is not None


def _dropped(count: int, why: str) -> None:
    """Count what did not cross, and say so once an hour."""
    if RUNTIME.session is not None:
        RUNTIME.session.pipeline.dropped_dimensions += count
    say("baggage", f"aso: {why}; it was left out", said=_SAID)
