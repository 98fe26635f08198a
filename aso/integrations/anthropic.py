"""anthropic-python: every method of every client ends in ``APIClient.request`` (read 2026-11-23)."""

from __future__ import annotations

from aso.capture.stainless import CAPTURE, hooks
from aso.hook import Integration

INTEGRATION = Integration(
    name="anthropic",
    package="anthropic",
    distribution="anthropic",
    versions=("0.40.0", "2.12.0"),
    hooks=hooks("anthropic"),
    capture=CAPTURE,
)
