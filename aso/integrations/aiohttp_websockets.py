"""aiohttp's websockets: ``ws_connect`` of a session (3.14; read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="aiohttp_websockets",
    package="aiohttp",
    distribution="aiohttp",
    versions=("3.9.5", "3.14.5"),
    hooks=(
        Hook(
            "aiohttp.client",
            "ClientSession._ws_connect",
            "opened",
            ("url", "headers"),
            is_async=True,
        ),
    ),
    capture="aso.capture.websocket_clients:Aiohttp",
    below=("aiohttp",),
    extends="aiohttp",
    is_lazy=True,
)
