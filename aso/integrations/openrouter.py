"""openrouter: one base for all methods (1.3.84, read 2026-11-26)."""

from __future__ import annotations

from aso.capture.speakeasy import integration

INTEGRATION = integration("openrouter", ("1.3.84", "1.3.84"))
