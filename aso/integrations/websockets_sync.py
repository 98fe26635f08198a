"""websockets, in threads: SDKs look its ``connect`` up in its module; the handshake is for who did so before."""

from __future__ import annotations

from aso.hook import Hook, Integration

_HANDSHAKE = ("additional_headers", "user_agent_header")

INTEGRATION = Integration(
    name="websockets_sync",
    package="websockets",
    distribution="websockets",
    versions=("13.1", "17.4"),
    hooks=(
        Hook("websockets.sync.client", "connect", "opened", ("uri", "additional_headers")),
        Hook("websockets.sync.client", "ClientConnection.handshake", "request", _HANDSHAKE),
    ),
    capture="aso.capture.websockets:Websockets",
    extends="websockets",
)
