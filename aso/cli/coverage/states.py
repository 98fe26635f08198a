"""What becomes of a request: asked of aso.routes and aso.capture.grpc, which classify the real calls."""

from __future__ import annotations

import re
from typing import NamedTuple

from aso.capture.grpc import rpc_of
from aso.cli.coverage.reader import GRPC, WEBSOCKET, Request
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
    if request.method == GRPC:
        rpc = rpc_of(request.path)
        return (None, None) if rpc is None else (rpc.route, rpc.settles)
    return asked(request.method.lower(), _filled(request), speaker)


def _filled(request: Request) -> str:
    """Return the path with an id for each of its parts, as the routes tell ids by their digits."""
    path = request.path.replace("{api_version}", "v1beta")
    return _PART.sub(lambda part: f"{part[1]}_1", path)
