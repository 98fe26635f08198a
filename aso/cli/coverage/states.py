"""What becomes of a request: asked of aso.routes, which classifies the real calls."""

from __future__ import annotations

import re
from typing import NamedTuple

from aso.cli.coverage.reader import WEBSOCKET, Request
from aso.routes import asked

METERED, SETTLES, UNMETERED, NOT_SEEN, FREE, SILENT = (
    *("metered", "settles", "unmetered", "not seen", "free", "sends nothing"),
)
# Of a method that sends several requests the first of these counts: the least covered one.
STATES = (NOT_SEEN, UNMETERED, METERED, SETTLES, FREE, SILENT)
_PART = re.compile(r"\{(\w+)\}")


class Covered(NamedTuple):
    """The operation of a request, where it is a call, and what becomes of it."""

    operation: str | None
    state: str


def covered(request: Request, provider: str | None) -> Covered:
    """Return what aso makes of a request; of a websocket, of a POST to the same path."""
    is_websocket = request.method == WEBSOCKET
    method = "post" if is_websocket else request.method.lower()
    route, settles = asked(method, _filled(request), provider or "")
    if route is None:
        return Covered(None, FREE)
    if is_websocket:
        return Covered(route.operation, NOT_SEEN)
    if settles is not None:
        return Covered(route.operation, SETTLES)
    return Covered(route.operation, UNMETERED if route.shape is None else METERED)


def _filled(request: Request) -> str:
    """Return the path with an id for each of its parts, as the routes tell ids by their digits."""
    path = request.path.replace("{api_version}", "v1beta")
    return _PART.sub(lambda part: f"{part[1]}_1", path)
