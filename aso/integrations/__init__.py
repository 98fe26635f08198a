"""Where we hook: one small file of data per SDK and HTTP client; this is their register."""

from __future__ import annotations

from collections.abc import Mapping

from aso.hook import Integration
from aso.integrations import (
    aiohttp,
    aiohttp_websockets,
    anthropic,
    boto3,
    botocore,
    cerebras,
    fireworks,
    google,
    google_interactions,
    google_live,
    groq,
    http_client,
    httpx,
    httpx2,
    litellm,
    mistral,
    openai,
    openrouter,
    perplexity,
    requests,
    together,
    urllib3,
    websocket_client,
    websockets,
    websockets_sync,
    xai,
    xai_async,
    zai,
)

INTEGRATIONS: Mapping[str, Integration] = {
    one.INTEGRATION.name: one.INTEGRATION
    for one in (
        *(openai, anthropic, groq, cerebras, fireworks, perplexity, together, zai),
        *(google, google_interactions, google_live, litellm, mistral, openrouter, xai, xai_async),
        *(boto3, botocore),
        *(httpx, httpx2, requests, aiohttp, urllib3, http_client),
        *(websockets, websockets_sync, aiohttp_websockets, websocket_client),
    )
}

__all__ = ["INTEGRATIONS"]
