"""websocket-client: every connection of its ``WebSocket``, also below ``WebSocketApp`` (1.9; read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="websocket_client",
    package="websocket",
    distribution="websocket-client",
    versions=("1.9.2", "1.9.2"),
    hooks=(Hook("websocket._core", "WebSocket.connect", "request", ("url",)),),
    capture="aso.capture.websocket_clients:WebsocketClient",
)
