"""httpx and httpx2: every request of every client ends in ``send`` (0.28, 2.16; read 2026-11-24)."""

from __future__ import annotations

from typing import Any

from aso.capture.call import strip
from aso.capture.transport import Sent, Transport


class Httpx(Transport):
    """The wrapper of ``Client.send`` and ``AsyncClient.send``."""

    def sent(self, instance: Any, args: Any, kwargs: Any) -> Sent:
        """Return the request's parts; a body that is streamed to the provider is not looked at."""
        request = kwargs["request"] if "request" in kwargs else args[0]
        body: Any = getattr(request, "_content", None)
        if body is None:
            body = _form(request.stream)
        headers = request.headers if _has_ours(request.headers.raw) else None
        return Sent(request.method, str(request.url), headers, body, instance.headers)

    def without_ours(self, instance: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments with a copy of the request: the caller may send its own again."""
        del instance
        given: Any = kwargs["request"] if "request" in kwargs else args[0]
        request = given.__class__.__new__(given.__class__)
        request.__dict__.update(given.__dict__)
        request.headers = given.headers.copy()
        strip(request.headers)
        if "request" in kwargs:
            return args, {**kwargs, "request": request}
        return (request, *args[1:]), kwargs


def _has_ours(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether any is meant for aso; asked of the bytes: names as text cost ten times as much."""
    return b"\nx-aso-" in b"\n".join([b"", *[name for name, _ in headers]]).lower()


def _form(stream: Any) -> dict[str, Any] | None:
    """Return the text fields of a form that is being uploaded."""
    parts = getattr(stream, "fields", None) or ()
    found = {getattr(part, "name", ""): getattr(part, "value", None) for part in parts}
    return {name: value for name, value in found.items() if isinstance(value, str)} or None
