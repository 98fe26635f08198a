"""websockets, under asyncio: SDKs' realtime and live sessions, and your own (13.1, 15.0, 17.4; read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="websockets",
    package="websockets",
    distribution="websockets",
    versions=("13.1", "17.4"),
    hooks=(Hook("websockets.asyncio.client", "connect.__await__", "opened", is_async=True),),
    capture="aso.capture.websockets:Websockets",
)
