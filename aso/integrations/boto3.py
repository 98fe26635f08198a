"""boto3: every operation of every client ends in botocore's ``Endpoint.make_request`` (read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

_PARAMETERS = ("operation_model", "request_dict")

INTEGRATION = Integration(
    name="boto3",
    package="botocore",
    distribution="botocore",
    versions=("1.44.8", "1.44.8"),
    hooks=(Hook("botocore.endpoint", "Endpoint.make_request", "request", _PARAMETERS),),
    capture="aso.capture.botocore:Operations",
    below=("botocore",),
)
