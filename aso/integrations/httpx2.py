"""httpx2, used as it is: what no SDK above it owns (read 2026-11-24)."""

from __future__ import annotations

from aso.hook import Hook, Integration

_SEND = ("request", "stream")

INTEGRATION = Integration(
    name="httpx2",
    package="httpx2",
    distribution="httpx2",
    versions=("2.0.0", "2.16.2"),
    hooks=(
        Hook("httpx2._client", "Client.send", "request", _SEND),
        Hook("httpx2._client", "AsyncClient.send", "request", _SEND, is_async=True),
    ),
    capture="aso.capture.httpx:Httpx",
)
