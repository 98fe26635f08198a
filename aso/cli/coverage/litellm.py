"""LiteLLM's public functions and the Router's methods: what each is named after.

What LiteLLM sends depends on the provider, so no source says its path. A function is listed by the
route of the API that it is named after: that of ``aso.capture.litellm_call`` where a policy asks for it,
else that of the table below (its own docs and the OpenAI SDK's methods; litellm 1.110.2, read
2026-11-26). The real request is classified by its own path, as it is sent: by the OpenAI SDK, or by
LiteLLM's handler (`aso.capture.litellm`). A function that is decorated as one that calls, and in neither
table, is unmetered here; so is what sends a path that you write.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from aso.capture.litellm_call import ROUTES
from aso.cli.coverage.reader import Request
from aso.cli.coverage.walk import Method

_DECORATED = frozenset({"wrapper", "wrapper_async"})  # what its decorator `client` makes
_UNKNOWN = Request("POST", "/{path}")
_OFFLINE = "LITELLM_LOCAL_MODEL_COST_MAP"  # without it, its import asks the network for prices
_OBJECTS = {  # what is stored: the function's word → its path
    "assistant": "/assistants",
    "batch": "/batches",
    "container": "/containers",
    "eval": "/evals",
    "file": "/files",
    "fine_tuning_job": "/fine_tuning/jobs",
    "run": "/evals/{eval_id}/runs",
    "skill": "/skills",
    "agent": "/agents",
    "thread": "/threads",
    "message": "/threads/{thread_id}/messages",
    "vector_store": "/vector_stores",
    "vector_store_file": "/vector_stores/{vector_store_id}/files",
    "container_file": "/containers/{container_id}/files",
    "responses": "/responses",
    "video": "/videos",
    "agent_version": "/agents/{agent_id}/versions",
}
_VERBS = {  # what is done with it → how
    "create": ("POST", ""),
    "upload": ("POST", ""),
    "add": ("POST", ""),
    "list": ("GET", ""),
    "get": ("GET", "/{id}"),
    "retrieve": ("GET", "/{id}"),
    "status": ("GET", "/{id}"),
    "content": ("GET", "/{id}/content"),
    "update": ("POST", "/{id}"),
    "delete": ("DELETE", "/{id}"),
    "cancel": ("POST", "/{id}/cancel"),
}
_NAMED = {
    "compact_responses": ("POST", "/responses/compact"),
    "list_input_items": ("GET", "/responses/{id}/input_items"),
    "count_tokens": ("POST", "/messages/count_tokens"),
    "create_realtime_client_secret": ("POST", "/realtime/client_secrets"),
    "create_realtime_transcription_session": ("POST", "/realtime/transcription_sessions"),
    "create_realtime_translation_client_secret": ("POST", "/realtime/translations/client_secrets"),
    "realtime_calls": ("POST", "/realtime/calls"),
    "realtime_translation_calls": ("POST", "/realtime/translations/calls"),
    "run_thread": ("POST", "/threads/{thread_id}/runs"),
    "run_thread_stream": ("POST", "/threads/{thread_id}/runs"),
    "get_messages": ("GET", "/threads/{thread_id}/messages"),
    "video_remix": ("POST", "/videos/{id}/remix"),
    "video_edit": ("POST", "/videos/edits"),
    "video_extension": ("POST", "/videos/extensions"),
    "video_create_character": ("POST", "/videos/characters"),
    "video_get_character": ("GET", "/videos/characters/{id}"),
    "vector_store_search": ("POST", "/vector_stores/{id}/search"),
    "file_content_streaming": ("GET", "/files/{id}/content"),
    "search": ("POST", "/search"),
    "decisions": ("POST", "/decisions"),
    "systemone": ("POST", "/systemone"),
}
# What asks by another function, or by the Router's own: as that one does.
_BY = {
    **dict.fromkeys(
        (
            *("batch_completion", "batch_completion_models", "completion_with_retries"),
            *("batch_completion_models_all_responses", "completion_with_fallbacks"),
            *("config_completion", "adapter_completion", "run_tool_loop", "schedule_acompletion"),
            *("async_completion_with_fallbacks", "replicate_chat_completion", "health_check"),
            *("nlp_cloud_chat_completion", "batch_completion_fastest_response"),
            *("batch_completion_one_model_multiple_requests", "create_health_check_response"),
            *("maybe_run_chat_completion_agentic_loop",),
        ),
        "completion",
    ),
    **dict.fromkeys(("responses_with_retries", "responses_api_with_mcp"), "responses"),
    "adapter_generate_content": "generate_content",
    "anthropic_messages_handler": "anthropic_messages",
}


def methods() -> list[Method]:
    """Return every public function that sends, and the Router's methods that are named like one.

    Helpers, which send nothing, are left out: some are there only once something has asked for them.
    """
    os.environ.setdefault(_OFFLINE, "True")  # noqa: TID251 — for it, not read by us
    litellm: Any = import_module("litellm")
    functions = dict(_functions(litellm))
    router = litellm.Router(model_list=[])
    routed = {name for name in dir(router) if not name.startswith("_") and _known(name)}
    found = [Method(name, _sent(name, function)) for name, function in functions.items()]
    found += [Method(f"Router.{name}", _sent(name, None)) for name in routed]
    return sorted(one for one in found if one.requests)


def _functions(litellm: Any) -> Iterable[tuple[str, Any]]:
    for name in dir(litellm):
        found = None if name.startswith("_") else getattr(litellm, name)
        if inspect.isfunction(found) and found.__module__.startswith("litellm"):
            yield name, found


def _sent(name: str, function: Any) -> tuple[Request, ...]:
    known = _known(name)
    if known is None and function is not None and function.__code__.co_name in _DECORATED:
        known = _UNKNOWN
    return () if known is None else (known,)


def _known(name: str) -> Request | None:
    """Return what a function is named after; an awaited one has an ``a`` before its name."""
    names = (name, name.removeprefix("a_"), name.removeprefix("a"))
    for one in (_BY.get(spelling, spelling) for spelling in names):
        if (path := ROUTES.get(one)) is not None:
            return Request("POST", f"/{path}")
        if (found := _NAMED.get(one) or _composed(one)) is not None:
            return Request(*found)
    return None


def _composed(name: str) -> tuple[str, str] | None:
    """Return what a verb and an object mean: ``create_batch``, ``file_delete``, ``list_batches``."""
    first, _, rest = name.partition("_")
    start, _, last = name.rpartition("_")
    for verb, thing in ((first, rest), (last, start)):
        path = _object(thing, _OBJECTS)
        if path is not None and verb in _VERBS:
            method, end = _VERBS[verb]
            return method, path + end
    return None


def _object(thing: str, objects: Mapping[str, str]) -> str | None:
    for one in (thing, thing.removesuffix("s"), thing.removesuffix("es")):
        if one in objects:
            return objects[one]
    return None
