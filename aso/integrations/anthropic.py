"""anthropic-python: every method of every client ends in ``APIClient.request`` (read 2026-11-23)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration("anthropic", ("0.40.0", "2.14.0"))
