"""anthropic-python: every method of every client ends in ``APIClient.request`` (read 2026-11-23)."""

from __future__ import annotations

from aso.hook import Integration
from aso.stainless import hooks

INTEGRATION = Integration(
    name="anthropic",
    package="anthropic",
    distribution="anthropic",
    versions=("0.40.0", "2.12.0"),
    hooks=hooks("anthropic"),
)
