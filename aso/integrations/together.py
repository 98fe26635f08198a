"""together-python: every method of every client ends in ``APIClient.request`` (read 2026-11-24)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration("together", ("3.1.1", "3.1.1"))
