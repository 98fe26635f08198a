"""aiohttp, used as it is: what no SDK above it owns (read 2026-11-24)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="aiohttp",
    package="aiohttp",
    distribution="aiohttp",
    versions=("3.9.0", "3.14.5"),
    hooks=(
        Hook(
            "aiohttp.client",
            "ClientSession._request",
            "request",
            ("method", "str_or_url", "json", "data", "headers"),
            is_async=True,
        ),
        Hook("aiohttp.client", "ClientSession._prepare_headers", "attempt", ("headers",)),
    ),
    capture="aso.capture.aiohttp:Aiohttp",
)
