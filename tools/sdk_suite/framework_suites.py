"""Frameworks over an SDK."""

from __future__ import annotations

from tools.sdk_suite.own_tests import OwnTests

_BUILT_ON = ("pytest-xdist", "wrapt")

_LANGCHAIN = (
    *_BUILT_ON,
    "freezegun>=1.2.2,<2",
    "langchain>=1,<2",
    "langchain-tests>=1.1.9,<2",
    "pytest>=9.0.3,<10",
    "pytest-asyncio>=1.3,<2",
    "pytest-mock>=3.10,<4",
    "pytest-retry>=1.7,<1.8",
    "pytest-watcher",
    "syrupy>=5,<6",
    "vcrpy>=8.2,<9",
)

FRAMEWORKS: dict[str, OwnTests] = {
    "langchain_openai-1.7.4": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-openai==1.7.4",
            "numpy",
            "pytest-cov>=4.1,<5",
            "pytest-socket>=0.6,<1",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_anthropic-1.7.10": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-anthropic==1.7.10",
            "blockbuster>=1.5.5,<1.6",
            "defusedxml",
            "pytest-socket>=0.7,<1",
            "pytest-timeout>=2.3.1,<3",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_google_genai-4.4.3": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-google-genai==4.4.3",
            "aiohttp>=3.9,<4",
            "google-genai==3.6.1",
            "numpy",
            "pytest-socket>=0.7,<1",
            "pytest-timeout>=2.3.1,<3",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_groq-1.1.3": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-groq==1.1.3",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_mistralai-1.1.6": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-mistralai==1.1.6",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_fireworks-1.7.1": OwnTests(
        (*_LANGCHAIN, "langchain-fireworks==1.7.1", "pytest-socket>=0.7,<1"),
        where=("tests/unit_tests",),
    ),
    "langchain_xai-1.3.0": OwnTests(
        (*_LANGCHAIN, "langchain-xai==1.3.0", "docarray>=0.32.1,<1", "pytest-socket>=0.7,<1"),
        where=("tests/unit_tests",),
    ),
    "langchain_deepseek-1.1.1": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-deepseek==1.1.1",
            "pytest-socket>=0.7,<1",
            "pytest-timeout>=2.3.1,<3",
        ),
        where=("tests/unit_tests",),
    ),
    "langchain_perplexity-1.4.2": OwnTests(
        (*_LANGCHAIN, "langchain-perplexity==1.4.2", "pytest-cov>=4.1,<5", "pytest-socket>=0.6,<1"),
        where=("tests/unit_tests",),
    ),
    "langchain_aws-1.9.1": OwnTests(
        (
            *_LANGCHAIN,
            "langchain-aws==1.9.1",
            "anthropic[bedrock]",
            "aws-bedrock-token-generator>=1.1",
            "beautifulsoup4>=4.13.4",
            "bedrock-agentcore>=1.23",
            "langchain-anthropic",
            "langchain-classic>=1",
            "langchain-openai>=1",
            "langgraph-checkpoint>=4.1",
            "numpy<2.1",
            "pytest-cov",
        ),
        where=("tests/unit_tests",),
    ),
    # The newest whose source distribution has its tests; with the SDKs of its day.
    "pydantic_ai-1.20.0": OwnTests(
        (
            *_BUILT_ON,
            "pydantic-ai==1.20.0",
            "aiohttp==3.13.2",
            "anthropic==0.74.0",
            "asgi-lifespan",
            "boto3-stubs[bedrock-runtime]",
            "boto3<1.42",
            "devtools",
            "dirty-equals>=0.9",
            "duckduckgo-search",
            "genai-prices<0.0.50",
            "google-genai==1.51.0",
            "groq<0.36",
            "huggingface-hub<1",
            "inline-snapshot<0.32",
            "logfire[httpx]==4.15.0",
            "mcp<1.23",
            "mistralai==1.9.11",
            "openai==2.8.0",
            "opentelemetry-api==1.38.0",
            "opentelemetry-exporter-otlp-proto-http==1.38.0",
            "opentelemetry-sdk==1.38.0",
            "pydantic<2.13",
            "pytest-examples",
            "pytest-mock",
            "pytest-recording",
            "pytest<8.4",
            "vcrpy==7.0.0",
        ),
    ),
    "openai_agents-0.24.0": OwnTests(
        (
            *_BUILT_ON,
            "openai-agents[encrypt,realtime,sqlalchemy,voice]==0.24.0",
            "aiohttp<4",
            "aiosqlite",
            "eval-type-backport",
            "fakeredis",
            "fastapi",
            "graphviz",
            "inline-snapshot",
            "openai==3.57.0",
            "pytest-asyncio",
            "pytest-mock",
            "pytest>=9.0.3",
            "rich",
            "textual",
        ),
        # What asks models; the runner over a model of its own, sandboxes and extensions are left out.
        where=(
            *("tests/models", "tests/realtime", "tests/tracing", "tests/mcp", "tests/voice"),
            *("tests/test_agent_runner.py", "tests/test_agent_runner_streamed.py"),
            *("tests/test_cancel_streaming.py", "tests/test_extra_headers.py"),
            *("tests/test_openai_provider_client_options.py", "tests/test_responses.py"),
            *("tests/test_responses_tracing.py", "tests/test_stream_events.py"),
        ),
    ),
    "instructor-1.17.0": OwnTests(
        (
            *_BUILT_ON,
            "instructor[anthropic,bedrock,cerebras_cloud_sdk,cohere,google-genai,groq,mistral,xai]==1.17.0",
            "diskcache",
            "jsonref<2",
            "pytest-asyncio<2",
            "pytest-examples",
            "pytest>=8.3.3,<9",
            "python-dotenv",
            "redis<8",
        ),
        where=("tests/v2",),
    ),
}
