"""SDKs that no table of routes can answer for: their tests answer themselves."""

from __future__ import annotations

from tools.sdk_suite.own_tests import OwnTests

_BUILT_ON = ("pytest-xdist", "wrapt")

OTHERS: dict[str, OwnTests] = {
    "google_genai-3.6.1": OwnTests(
        (
            *_BUILT_ON,
            "google-genai[aiohttp,httpx]==3.6.1",
            "mcp",
            "pillow",
            "pytest",
            "pytest-asyncio",
            "pytest-mock",
        ),
        # What makes requests itself; most others are replays of recordings that are not public.
        where=tuple(
            f"google/genai/tests/{name}"
            for name in ("client", "errors", "gaos", "interactions", "live")
        ),
        # Tests inside the package are to import the one that is hooked.
        asked=("--import-mode=importlib", "--mode=replay"),
        environment={"GOOGLE_GENAI_REPLAYS_DIRECTORY": "."},
    ),
    "mistralai-3.7.0": OwnTests(
        (
            *_BUILT_ON,
            "mistralai[agents,realtime]==3.7.0",
            "authlib>=1.8,<2",
            "griffe>=1.7.3,<2",
            "mcp>=2.2,<3",
            "msgpack>=1.1,<2",
            "opentelemetry-exporter-otlp-proto-http>=1.33.1,<2",
            "opentelemetry-instrumentation-httpx>=0.65b0",
            "opentelemetry-sdk>=1.33.1,<2",
            "pytest>=9.0.3,<10",
            "pytest-asyncio>=1.3,<2",
            "websockets>=13",
            "zstandard>=0.25,<0.26",
        ),
        where=("src/mistralai/extra/tests",),
    ),
    "openrouter-1.3.84": OwnTests(
        (*_BUILT_ON, "openrouter==1.3.84", "pytest>=8.3", "pytest-asyncio>=0.24"),
    ),
    "xai_sdk-1.21.0": OwnTests(
        (
            *_BUILT_ON,
            "xai-sdk[telemetry-http]==1.21.0",
            "absl-py",
            "opentelemetry-sdk",
            "portpicker",
            "pytest",
            "pytest-asyncio",
        ),
        asked=("-o", "python_files=*_test.py"),
    ),
}
