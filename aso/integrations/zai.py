"""zai-sdk: a Stainless base with names of its own; methods end in ``HttpClient.request`` (read 2026-11-26).

There is no async client. `ZhipuAiClient` is the same, to a host that is not known.
"""

from __future__ import annotations

from aso.capture.stainless import Names, integration

INTEGRATION = integration(
    "zai",
    ("0.2.3", "0.2.3"),
    distribution="zai-sdk",
    names=Names(
        base="core._http_client",
        streaming="core._streaming",
        builder="HttpClient",
        clients=("HttpClient",),
        streams=("StreamResponse",),
        request=("cast_type", "options", "stream", "stream_cls"),
    ),
)
