"""What a call of LiteLLM will ask for, known before it asks: provider, host, model, route.

As its functions resolve it (main.py, litellm_core_utils/get_llm_provider_logic.py; 1.60.0, 1.80.0,
1.106.2, read 2026-11-26). Where that is not sure nothing is said: the hook below decides in time.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from aso.capture.litellm_names import own_provider, provider_named, sent_names
from aso.environment import from_environment
from aso.guard import attempt
from aso.providers import UNKNOWN, Provider, resolve
from aso.routes import Route, find
from aso.wire.access import is_a

# Functions of LiteLLM that send what bills → the route that they are named after.
ROUTES = {
    "completion": "chat/completions",
    "text_completion": "completions",
    "embedding": "embeddings",
    "image_generation": "images/generations",
    "image_edit": "images/edits",
    "image_variation": "images/variations",
    "transcription": "audio/transcriptions",
    "speech": "audio/speech",
    "moderation": "moderations",
    "rerank": "rerank",
    "ocr": "ocr",
    "responses": "responses",
    "anthropic_messages": "messages",
    "generate_content": "generateContent",
    "generate_content_stream": "streamGenerateContent",
    "video_generation": "videos",
}
_MOCKS = ("mock_response", "mock_tool_calls", "mock_timeout")
_OWN_ARGUMENTS = 3  # of function_setup: name, rules, start; then the call's


class Asked(NamedTuple):
    """What a call will ask for.

    Attributes:
        provider: who will bill.
        host: where it is known.
        route: what is called.
        models: names that may be sent; the likeliest last.
        stream: whether a stream is asked for.
        headers: the call's own.
        client_headers: those of the client that it is given.
    """

    provider: Provider
    host: str | None
    route: Route
    models: tuple[str, ...]
    stream: bool
    headers: Mapping[str, str]
    client_headers: Mapping[str, str]


def asked_of(args: Any, kwargs: Any, hosts: Mapping[str, str]) -> Asked | None:
    """Return what the arguments of ``function_setup`` ask for; None: not sure, or nothing is sent."""
    function, positional = str(args[0]), args[_OWN_ARGUMENTS:]
    route = _route(function)
    model = _model(function, positional, kwargs)
    if route is None or model is None or any(kwargs.get(name) for name in _MOCKS):
        return None
    found = _resolved(model, kwargs)
    if found is None:
        return None
    model, name, base = found
    host, provider = _provider(name, base, hosts)
    client = kwargs.get("client")
    return Asked(
        provider=provider,
        host=host,
        route=route,
        models=sent_names(name, model, route.operation),
        stream=kwargs.get("stream") is True,
        headers={**_table(kwargs.get("extra_headers")), **_table(kwargs.get("headers"))},
        client_headers=_table(getattr(client, "_custom_headers", None)),
    )


@cache
def _route(function: str) -> Route | None:
    path = ROUTES.get(function) or ROUTES.get(function.removeprefix("a"))
    return None if path is None else find(path)


def _model(function: str, positional: Any, kwargs: Any) -> str | None:
    model = kwargs.get("model")
    if model is None and positional:
        place = _place_of_model(function)
        model = positional[place] if place is not None and place < len(positional) else None
    if not isinstance(model, str):
        return None
    aliases = _table(getattr(sys.modules["litellm"], "model_alias_map", None))
    return str(aliases.get(model, model))


@cache
def _place_of_model(function: str) -> int | None:
    names = list(inspect.signature(getattr(sys.modules["litellm"], function)).parameters)
    return names.index("model") if "model" in names else None


def _resolved(model: str, kwargs: Any) -> tuple[str, str, str | None] | None:
    """Return model, provider and base as LiteLLM says; None where it knows none: it will say so."""
    found: list[tuple[str, str, str | None, str | None]] = []
    base = kwargs.get("api_base") or kwargs.get("base_url")

    def ask(litellm: Any) -> None:
        found.append(
            litellm.get_llm_provider(
                model=model,
                custom_llm_provider=kwargs.get("custom_llm_provider"),
                api_base=base,
                api_key=kwargs.get("api_key"),
            )
        )

    if kwargs.get("deployment_id") is not None or attempt(ask, sys.modules["litellm"]) is not None:
        return None
    [(sent, name, _, own_base)] = found
    return sent, name, base or own_base


def _provider(name: str, base: Any, hosts: Mapping[str, str]) -> tuple[str | None, Provider]:
    base = base or getattr(sys.modules["litellm"], "api_base", None) or _set_base(name)
    if not base:
        return None, own_provider(name)
    host, provider = resolve(base if "://" in base else f"https://{base}", hosts)
    return host, provider_named(name) if provider is UNKNOWN else provider


def _set_base(name: str) -> str | None:
    """Return the host that the environment sets, by the names that LiteLLM reads."""
    start = name.upper()
    bases = (f"{start}_API_BASE", f"{start}_BASE_URL", f"{start.replace('_', '')}_API_BASE")
    return next(filter(None, map(from_environment, bases)), None)


def _table(value: Any) -> Mapping[str, Any]:
    return value if is_a(value, Mapping) else {}
