"""Take every request for a provider's: the own tests of HTTP clients and websockets ask none."""

from __future__ import annotations

from typing import Any

from aso.capture import websockets
from aso.capture.http_client import HttpClient
from aso.capture.transport import Asked, Transport
from aso.providers import PROVIDERS, Provider
from aso.routes import Route

_HOST = "api.openai.com"
_CHAT = Route("chat/completions", "chat", "chat_completions")
_REALTIME = Route("realtime", "realtime", "realtime")


def take_all() -> None:
    """Let a request be a chat completion of OpenAI's, a websocket a realtime session."""
    setattr(Transport, "_asked", _asked)  # noqa: B010 — private, and not to be called
    setattr(HttpClient, "_is_providers", _is_providers)  # noqa: B010
    setattr(websockets, "resolve", _resolve)  # noqa: B010
    setattr(websockets.routes, "connected", _connected)  # noqa: B010


def _asked(*_: Any) -> Asked:
    return Asked(_HOST, PROVIDERS["openai"], _CHAT, None, None)


def _is_providers(*_: Any) -> bool:
    return True


def _resolve(*_: Any) -> tuple[str, Provider]:
    return _HOST, PROVIDERS["openai"]


def _connected(*_: Any) -> Route:
    return _REALTIME
