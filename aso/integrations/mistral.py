"""mistralai: one base for all methods, in a package per major and cloud (1.0 to 3.7, read 2026-11-26)."""

from __future__ import annotations

from aso.capture.speakeasy import integration

INTEGRATION = integration(
    "mistral",
    ("1.9.11", "3.7.0"),
    package="mistralai.client",
    distribution="mistralai",
    elsewhere=(
        "mistralai.azure.client",
        "mistralai.gcp.client",
        *("mistralai", "mistralai_azure", "mistralai_gcp"),  # 1.x
    ),
)
