"""Calls every method of a real SDK with made-up arguments, up to the first request it sends."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from operator import attrgetter
from typing import Any

from aso.cli.coverage.reader import Request

EXTRA: dict[str, dict[str, Any]] = {
    "cerebras.cloud.sdk": {"warm_tcp_connection": False},
    "fireworks": {"account_id": "account_1"},
    "openai": {"admin_api_key": "none", "webhook_secret": "none"},
    "together": {"project_id": "project_1"},
}


class Sent(BaseException):
    """Says what is sent, past every retry and handler of the SDK."""


def client_of(package: str, answer: Callable[[Any], Any]) -> Any:
    """Return a client whose requests reach nobody but ``answer``."""
    transport = http_of(package).Client(transport=http_of(package).MockTransport(answer))
    options = {"api_key": "none", "http_client": transport, "max_retries": 0}
    return import_module(package).Client(**options, **EXTRA.get(package, {}))


def http_of(package: str) -> Any:
    """Return the HTTP library that an SDK uses."""
    below: Any = import_module(f"{package}._base_client")
    return getattr(below, "httpx2", None) or below.httpx


def call(client: Any, name: str) -> None:
    """Call a method with a text for each argument it requires; its errors do not matter here."""
    method = attrgetter(name)(client)
    required = [
        one.name
        for one in inspect.signature(method).parameters.values()
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        method(**dict.fromkeys(required, "name_1")).__enter__()


def first_request(client: Any, name: str) -> Request | None:
    """Return the first request that a method sends; None where these arguments do not do."""
    try:
        call(client, name)
    except Sent as sent:
        return Request(*sent.args)
    return None


def raise_sent(request: Any) -> None:
    """Answer by saying what was sent."""
    raise Sent(request.method, request.url.path)


def is_among(sent: Request, read: Iterable[Request]) -> bool:
    """Tell whether a request is one of those that were read; base URLs may add to its path."""
    return any(
        sent.method == one.method
        and re.fullmatch(".*" + re.sub(r"\{\w+\}", "[^/]+", one.path), sent.path)
        for one in read
    )
