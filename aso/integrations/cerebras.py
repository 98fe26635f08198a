"""cerebras-cloud-sdk: every method of every client ends in ``APIClient.request`` (read 2026-11-24)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration(
    "cerebras",
    ("1.91.0", "1.91.0"),
    package="cerebras.cloud.sdk",
    distribution="cerebras-cloud-sdk",
)
