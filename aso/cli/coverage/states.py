"""What becomes of a request: asked of aso.routes, which classifies the real calls."""

from __future__ import annotations

import re
from typing import NamedTuple

from aso.cli.coverage.reader import WEBSOCKET, Request
from aso.routes import Route, asked, connected

METERED, SETTLES, UNMETERED, FREE, SILENT = (
    *("metered", "settles", "unmetered", "free", "sends nothing"),
)
# Of a method that sends several requests the first of these counts: the least covered one.
STATES = (UNMETERED, METERED, SETTLES, FREE, SILENT)
_PART = re.compile(r"\{(\w+)\}")


class Covered(NamedTuple):
    """The operation of a request, where it is a call, and what becomes of it."""

    operation: str | None
    state: str


def covered(request: Request, provider: str | None) -> Covered:
    """Return what aso makes of a request, or of a websocket."""
    route, settles = _asked(request, provider or "")
    if route is None:
        return Covered(None, FREE)
    if settles is not None:
        return Covered(route.operation, SETTLES)
    return Covered(route.operation, UNMETERED if route.shape is None else METERED)


def _asked(request: Request, speaker: str) -> tuple[Route | None, str | None]:
    if request.method == WEBSOCKET:
        return connected(_filled(request)), None
    return asked(request.method.lower(), _filled(request), speaker)


def _filled(request: Request) -> str:
    """Return the path with an id for each of its parts, as the routes tell ids by their digits."""
    path = request.path.replace("{api_version}", "v1beta")
    return _PART.sub(lambda part: f"{part[1]}_1", path)
