"""google-genai: every method ends in one of four requests of its ``BaseApiClient`` (1.5, 3.6; read 2026-11-26).

Chats, automatic function calling and helpers call them once per HTTP request. 1.5 sends with requests
and httpx; later versions with httpx or httpx2, aiohttp where it is installed, and requests for mTLS.
"""

from __future__ import annotations

from aso.hook import Hook, Integration, Role

_BODY = (2, "request_dict")


def _hook(name: str, role: Role, *, is_async: bool = False) -> Hook:
    return Hook(
        module="google.genai._api_client",
        path=f"BaseApiClient.{name}",
        role=role,
        parameters=("http_method", "path", "request_dict"),
        is_async=is_async,
        body=_BODY,
    )


INTEGRATION = Integration(
    name="google",
    package="google.genai",
    distribution="google-genai",
    versions=("1.5.0", "3.6.1"),
    hooks=(
        _hook("request", "request"),
        _hook("request_streamed", "generator"),
        _hook("async_request", "request", is_async=True),
        _hook("async_request_streamed", "generator", is_async=True),
    ),
    capture="aso.capture.over_http:OverHttp",
    below=("httpx", "httpx2", "requests", "aiohttp"),
)
