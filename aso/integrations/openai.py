"""openai-python: every method of every client ends in ``APIClient.request`` (read 2026-11-23)."""

from __future__ import annotations

from aso.hook import Integration
from aso.stainless import hooks

INTEGRATION = Integration(
    name="openai",
    package="openai",
    distribution="openai",
    versions=("1.40.0", "3.54.0"),
    hooks=hooks("openai"),
)
