"""Clients of google-genai, one for each of its services; a made-up key, as nothing is ever sent."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from aso.cli.coverage.reader import Arguments
from aso.cli.coverage.walk import Client

_PACKAGE = "google.genai"
_BELOW = (f"{_PACKAGE}._api_client", f"{_PACKAGE}._gaos.basesdk")
_HOLDERS = ("_api_client", "_build_request", "_modules")
_REQUESTS = ("request", "request_streamed", "async_request", "async_request_streamed")
_GENERATED = ("_build_request", "_build_request_async")
_NAMED = {
    "caches.": "cachedContents",
    "file_search_stores.": "fileSearchStores",
    "models.": "models",
}
_DOWNLOADS = ("download_file", "async_download_file")


def clients(*, is_vertex: bool) -> list[Client]:
    """Return the clients, sync and async, of the Gemini API, or of Vertex AI."""
    root = import_module(_PACKAGE).Client(api_key="none", vertexai=is_vertex)
    return [
        Client(_PACKAGE, one, _carries, _sends, _BELOW, "aio", _NAMED) for one in (root, root.aio)
    ]


def _carries(value: Any) -> bool:
    is_ours = type(value).__module__.startswith(f"{_PACKAGE}.")
    return is_ours and any(hasattr(value, name) for name in _HOLDERS)


def _sends(callee: Any, arguments: Arguments) -> tuple[list[str], list[str]] | None:
    if not inspect.ismethod(callee):
        return None
    name = callee.__name__
    if name in _GENERATED:
        return _upper(arguments.texts(0, "method")), arguments.texts(1, "path")
    if not type(callee.__self__).__name__.endswith("ApiClient"):
        return None
    if name in _REQUESTS:
        return _upper(arguments.texts(0, "http_method")), arguments.texts(1, "path")
    return (["GET"], arguments.texts(0, "path")) if name in _DOWNLOADS else ([], [])


def _upper(methods: list[str]) -> list[str]:
    return [method.upper() for method in methods]
