"""SDKs that Stainless generates: their tests of each method want a server that knows its answer."""

from __future__ import annotations

from tools.sdk_suite.own_tests import OwnTests

_EVERYWHERE = ("azure-identity", "importlib-metadata", "pytest-xdist", "rich", "trio", "wrapt")

_ANTHROPIC = (
    *_EVERYWHERE,
    "dirty-equals==0.11",
    "griffe>=1,<2",
    "http-snapshot[httpx]==0.1.9",
    "httpx2>=2.9",
    "hypothesis",
    "inline-snapshot==0.32.5",
    "opentelemetry-sdk",
    "packaging",
    "pytest==9.0.3",
    "pytest-asyncio==1.3.0",
    "respx==0.22.0",
    "time-machine==3.2.0",
)

_SMALL = (
    *_EVERYWHERE,
    "dirty-equals==0.11",
    "httpx==0.28.1",
    "pydantic==2.12.5",
    "respx==0.22.0",
    "time-machine",
)

STAINLESS: dict[str, OwnTests] = {
    "openai-1.40.0": OwnTests(
        (
            *_EVERYWHERE,
            "openai[datalib]==1.40.0",
            "anyio<4.5",
            "black",
            "dirty-equals==0.6.0",
            "httpx==0.25.2",
            "inline-snapshot==0.10.2",
            "numpy<2",
            "pydantic==2.7.1",
            "pytest==7.4.4",
            "pytest-asyncio==0.21.1",
            "respx==0.20.2",
            "setuptools",
            "time-machine",
        ),
    ),
    "openai-1.109.1": OwnTests(
        (
            *_EVERYWHERE,
            "openai[aiohttp,datalib,realtime]==1.109.1",
            "dirty-equals==0.6.0",
            "griffe==1.13.0",
            "httpx==0.28.1",
            "inline-snapshot==0.28.0",
            "nest-asyncio==1.6.0",
            "pydantic==2.11.9",
            "pytest==8.4.1",
            "pytest-asyncio==0.24.0",
            "respx==0.22.0",
            "time-machine",
        ),
    ),
    "openai-2.54.0": OwnTests(
        (
            *_EVERYWHERE,
            "openai[aiohttp,bedrock,datalib,httpx2,realtime]==2.54.0",
            "dirty-equals==0.11",
            "griffe==1.14.0",
            "httpx==0.28.1",
            "inline-snapshot==0.31.1",
            "jsonschema",
            "nest-asyncio==1.6.0",
            "pydantic==2.12.5",
            "pytest==8.4.2",
            "pytest-asyncio==1.2.0",
            "respx==0.22.0",
            "time-machine==2.19.0",
        ),
    ),
    "openai-3.57.0": OwnTests(
        (
            *_EVERYWHERE,
            "openai[aiohttp,bedrock,datalib,realtime,vertex]==3.57.0",
            "Pillow",
            "cryptography",
            "griffe>=1",
            "httpx",
            "inline-snapshot>=0.28.0",
            "pydantic>=2,<3",
            "pytest>=9.0.3",
            "pytest-asyncio>=1.4.0",
            "requests",
            "respx",
        ),
    ),
    "anthropic-0.40.0": OwnTests(
        (
            *_EVERYWHERE,
            "anthropic[bedrock,vertex]==0.40.0",
            "anyio==4.4.0",
            "dirty-equals==0.6.0",
            "httpx==0.25.2",
            "nest-asyncio==1.6.0",
            "pydantic==2.9.2",
            "pytest==8.3.3",
            "pytest-asyncio==0.24.0",
            "respx==0.20.2",
            "time-machine",
        ),
    ),
    "anthropic-0.86.0": OwnTests(
        (
            *_EVERYWHERE,
            "anthropic[aiohttp,bedrock,mcp,vertex]==0.86.0",
            "dirty-equals==0.11",
            "griffe>=1,<2",
            "http-snapshot[httpx]==0.1.8",
            "httpx==0.28.1",
            "inline-snapshot==0.31.1",
            "pydantic==2.12.5",
            "pytest==9.0.2",
            "pytest-asyncio==1.3.0",
            "respx==0.22.0",
            "time-machine==3.2.0",
        ),
    ),
    "anthropic-1.17.0": OwnTests(
        (
            *_ANTHROPIC,
            "anthropic[aiohttp,bedrock,mcp,vertex]==1.17.0",
        ),
    ),
    "anthropic-2.14.0": OwnTests(
        (
            *_ANTHROPIC,
            "anthropic[aiohttp,aws,mcp,vertex,webhooks]==2.14.0",
        ),
    ),
    "groq-1.7.0": OwnTests(
        (*_SMALL, "groq[aiohttp]==1.7.0", "pytest==9.1.1", "pytest-asyncio==1.4.0"),
    ),
    "cerebras_cloud_sdk-1.91.0": OwnTests(
        (
            *_SMALL,
            "cerebras-cloud-sdk[aiohttp]==1.91.0",
            "pytest==8.4.2",
            "pytest-asyncio==1.2.0",
        ),
        module="cerebras.cloud.sdk",
    ),
    "fireworks_ai-1.2.30": OwnTests(
        (
            *_SMALL,
            "fireworks-ai[aiohttp]==1.2.30",
            "pytest==8.4.2",
            "pytest-asyncio==1.2.0",
            "pytest-timeout",
        ),
        module="fireworks",
    ),
    "perplexityai-0.42.0": OwnTests(
        (*_SMALL, "perplexityai[aiohttp]==0.42.0", "pytest==8.4.2", "pytest-asyncio==1.2.0"),
        module="perplexity",
    ),
    "together-3.1.1": OwnTests(
        (
            *_SMALL,
            "together==3.1.1",
            "aiohttp==3.13.3",
            "httpx-aiohttp",
            "pytest==9.1.1",
            "pytest-asyncio==1.3.0",
            "pytest-mock==3.17.0",
            "websockets==15.0.1",
        ),
        # The management of machines, models and trainings bills no call; the command line is left out.
        asked=(
            *("--ignore=tests/cli", "--ignore-glob=*/api_resources/*models*"),
            *("--ignore-glob=*/beta", "--ignore-glob=*cluster*", "--ignore-glob=*endpoints*"),
            *("--ignore-glob=*evals*", "--ignore-glob=*fine_tuning*", "--ignore-glob=*jig*"),
            *("--ignore-glob=*post_training*", "--ignore-glob=*/organization"),
        ),
    ),
}
