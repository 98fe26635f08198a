"""openai-python: every method of every client ends in ``APIClient.request`` (read 2026-11-23)."""

from __future__ import annotations

from aso.capture.stainless import integration

INTEGRATION = integration("openai", ("1.40.0", "3.57.0"))._replace(
    below=("websockets", "websockets_sync")  # realtime, live, responses.connect
)
