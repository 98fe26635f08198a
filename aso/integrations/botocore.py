"""botocore's own HTTP session, over urllib3: each attempt at an operation (read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

INTEGRATION = Integration(
    name="botocore",
    package="botocore",
    distribution="botocore",
    versions=("1.44.8", "1.44.8"),
    hooks=(Hook("botocore.httpsession", "URLLib3Session.send", "request", ("request",)),),
    capture="aso.capture.botocore:Session",
)
