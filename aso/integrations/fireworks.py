"""fireworks-ai: every method of every client ends in ``APIClient.request`` (read 2026-11-24)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration("fireworks", ("1.2.28", "1.2.30"), distribution="fireworks-ai")
