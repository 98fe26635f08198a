"""requests, used as it is: what no SDK above it owns (read 2026-11-24)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="requests",
    package="requests",
    distribution="requests",
    versions=("2.31.0", "2.34.2"),
    hooks=(Hook("requests.sessions", "Session.send", "request", ("request",)),),
    capture="aso.capture.requests:Requests",
)
