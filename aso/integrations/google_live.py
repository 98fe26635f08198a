"""google-genai's live sessions: the model stands in their first message, not in their address (1.5, 2.34, 3.6).

Imported with the first ``client.aio.live`` (read 2026-11-26).
"""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="google_live",
    package="google.genai",
    distribution="google-genai",
    versions=("1.5.0", "3.6.1"),
    hooks=(Hook("google.genai.live", "AsyncLive.connect", "session", ("model", "config")),),
    capture="aso.capture.websockets:Naming",
    below=("websockets",),
    extends="google",
)
