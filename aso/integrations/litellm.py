"""LiteLLM: calls are set up in one function and sent by the OpenAI SDK or its own HTTP handler.

``function_setup`` is looked up in its module by both wrappers of every public function; the handlers
are httpx; a stream's end is LiteLLM's to know, for it stops reading early, and from 1.110 on closes what
it left unread (1.60.0, 1.80.0, 1.106.2: utils.py, llms/custom_httpx/http_handler.py; these and
1.110.2: litellm_core_utils/streaming_handler.py; read 2026-11-26).
"""

from __future__ import annotations

from aso.hook import Hook, Integration

_HANDLERS = "litellm.llms.custom_httpx.http_handler"
_STREAMS = "litellm.litellm_core_utils.streaming_handler"
_POST = ("url", "logging_obj")

INTEGRATION = Integration(
    name="litellm",
    package="litellm",
    distribution="litellm",
    versions=("1.60.0", "1.110.2"),
    hooks=(
        Hook(
            "litellm.utils",
            "function_setup",
            "early",
            ("original_function", "rules_obj", "start_time"),
        ),
        Hook(_HANDLERS, "HTTPHandler.post", "request", _POST),
        Hook(_HANDLERS, "AsyncHTTPHandler.post", "request", _POST, is_async=True),
        Hook(_HANDLERS, "HTTPHandler.get", "request", ("url",)),
        Hook(_HANDLERS, "AsyncHTTPHandler.get", "request", ("url",), is_async=True),
        Hook(_STREAMS, "CustomStreamWrapper.__next__", "end"),
        Hook(_STREAMS, "CustomStreamWrapper.__anext__", "end", is_async=True),
        Hook(_STREAMS, "CustomStreamWrapper.close", "close", is_optional=True),
        Hook(_STREAMS, "CustomStreamWrapper.aclose", "close", is_async=True, is_optional=True),
    ),
    capture="aso.capture.litellm:Litellm",
    below=("openai", "httpx"),
    loaded_by="litellm.main",  # later versions import the streams only here
)
