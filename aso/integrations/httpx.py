"""httpx, used as it is: what no SDK above it owns (read 2026-11-24)."""

from __future__ import annotations

from aso.hook import Hook, Integration

_SEND = ("request", "stream")

INTEGRATION = Integration(
    name="httpx",
    package="httpx",
    distribution="httpx",
    versions=("0.25.0", "0.28.1"),
    hooks=(
        Hook("httpx._client", "Client.send", "request", _SEND),
        Hook("httpx._client", "AsyncClient.send", "request", _SEND, is_async=True),
    ),
    capture="aso.capture.httpx:Httpx",
)
