"""urllib3, used as it is: what no SDK or client above it owns (1.26, 2.8; read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="urllib3",
    package="urllib3",
    distribution="urllib3",
    versions=("1.26.20", "2.8.0"),
    hooks=(
        Hook("urllib3.poolmanager", "PoolManager.urlopen", "request", ("method", "url")),
        Hook(
            "urllib3.connectionpool",
            "HTTPConnectionPool.urlopen",
            "request",
            ("method", "url", "body", "headers"),
        ),
        Hook("urllib3.util.retry", "Retry.increment", "retry", ("response", "error", "_pool")),
    ),
    capture="aso.capture.urllib3:Urllib3",
    loaded_by="urllib3.poolmanager",
)
