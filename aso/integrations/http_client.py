"""http.client, and urllib.request, httplib2 and others by it (Python 3.10 to 3.14; read 2026-11-26)."""

from __future__ import annotations

from aso.hook import Hook, Integration

_REQUEST = ("method", "url", "body", "headers")

INTEGRATION = Integration(
    name="http_client",
    package="http.client",
    distribution="http.client",
    versions=("3.10", "3.13"),
    hooks=(
        Hook("http.client", "HTTPConnection.request", "request", _REQUEST),
        Hook("http.client", "HTTPConnection.getresponse", "response"),
    ),
    capture="aso.capture.http_client:HttpClient",
    is_lazy=True,
)
