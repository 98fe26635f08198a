"""groq-python: every method of every client ends in ``APIClient.request`` (read 2026-11-24)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration("groq", ("1.7.0", "1.7.0"))
