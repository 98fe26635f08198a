"""botocore, below boto3: a call per operation of Bedrock's runtimes, whose attempts its session sends.

``Endpoint.make_request`` is every operation of every service; only Bedrock's are looked at.
``URLLib3Session.send`` is each attempt (1.44; read 2026-11-26). Headers are signed: none is taken out.
"""

from __future__ import annotations

from typing import Any

from aso.capture.over_http import OverHttp
from aso.capture.requests import Requests
from aso.capture.transport import Sent
from aso.providers import PROVIDERS, Provider

SERVICES = ("bedrock-runtime", "bedrock-agent-runtime")


class Operations(OverHttp):
    """The wrapper of ``Endpoint.make_request``."""

    def owns(self, args: Any, kwargs: Any) -> bool:
        """Return True for what Bedrock's runtime is asked, or its agents'."""
        operation: Any = kwargs["operation_model"] if "operation_model" in kwargs else args[0]
        return bool(operation.service_model.service_name in SERVICES)

    def provider_of(self, instance: Any, args: Any, kwargs: Any) -> Provider:
        """Return who bills where the host does not say: an endpoint of one's own is Bedrock's."""
        del instance, args, kwargs
        return PROVIDERS["bedrock"]


class Session(Requests):
    """The wrapper of ``URLLib3Session.send``: as requests', but for names."""

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the prepared request's parts."""
        del instance
        request = kwargs["request"] if "request" in kwargs else args[0]
        return Sent(request.method, request.url, request.headers, request.body, None)

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments as they are: a request without a signed header is none."""
        del instance
        return args, kwargs

    def is_read(self, response: Any) -> bool:
        """Return True where the answer's body was read."""
        return response._content is not None  # noqa: SLF001 — as `content` itself asks
