"""Host → provider: who bills. One row per provider; a new OpenAI-compatible one is one row.

Hosts are constants of the providers' own SDKs and pages, read 2026-11-23. A host matches a row by
its parsed name: equal, or ending in ``.suffix``; never by substring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

PROXY = "aso-proxy"  # marks an AI SpendOps proxy: X-ASO-* headers are for it and stay


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Provider(NamedTuple):
    """One billing provider.

    Attributes:
        name: as events and policies write it.
        hosts: host names; a leading dot or dash matches all that end so, one ``*`` anything.
        include_usage: True where a stream tells its usage only when asked by
            ``stream_options.include_usage``, and the host accepts that; ``from:YYYY-MM-DD`` where
            it does since that API version.
        rules: names of usage rules (aso.usage.RULES) that hold here.
        reported: where the usage object says what was charged; key → dotted path.
        publisher: who makes the models, where the provider serves its own.
        counted_in: response headers that count tokens, where the body may not; header → counter, as
            Anthropic's Messages name it. They stand for a usage that is not there if they count the
            input; a rule may take one of them for a counter that the usage leaves out.
        is_shared: True where the hosts serve much else: a route that we do not know is not AI there.
        regional: hosts that name where a call is served, a ``*`` each (``*.api.openai.com``).
    """

    name: str
    hosts: tuple[str, ...] = ()
    include_usage: bool | str = False
    rules: tuple[str, ...] = ()
    reported: Mapping[str, str] = _NOTHING
    publisher: str | None = None
    regional: tuple[str, ...] = ()
    counted_in: Mapping[str, str] = _NOTHING
    is_shared: bool = False


_OPENAI_RULES = ("hosted_tools", "search_model_searches_once")

UNKNOWN = Provider(name="unknown")

_ROWS = (
    Provider(
        name="openai",
        hosts=("api.openai.com", ".api.openai.com"),
        include_usage=True,
        rules=_OPENAI_RULES,
        publisher="openai",
        regional=("*.api.openai.com",),
    ),
    Provider(
        name="azure",
        hosts=(
            ".openai.azure.com",
            ".cognitiveservices.azure.com",
            ".services.ai.azure.com",
            ".models.ai.azure.com",
            "models.inference.ai.azure.com",
        ),
        include_usage="from:2024-09-01",
        is_shared=True,
        rules=(*_OPENAI_RULES, "grok_cache_outside"),
        reported={"ticks": "cost_in_usd_ticks"},
    ),
    Provider(name="anthropic", hosts=("api.anthropic.com",), publisher="anthropic"),
    Provider(
        name="google",
        hosts=("generativelanguage.googleapis.com",),
        include_usage=True,
        rules=("hidden_thoughts",),
        publisher="google",
    ),
    Provider(
        name="vertex",
        hosts=(
            "aiplatform.googleapis.com",
            "-aiplatform.googleapis.com",
            "aiplatform.*.rep.googleapis.com",
        ),
        is_shared=True,
        rules=("hidden_thoughts",),
        regional=("*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
    ),
    Provider(
        name="bedrock",
        hosts=(
            *("bedrock-runtime*.amazonaws.com", "bedrock-agent-runtime*.amazonaws.com"),
            "bedrock-mantle.*.api.aws",
        ),
        is_shared=True,
        counted_in={
            "x-amzn-bedrock-input-token-count": "input_tokens",
            "x-amzn-bedrock-output-token-count": "output_tokens",
            "x-amzn-bedrock-cache-read-input-token-count": "cache_read_input_tokens",
            "x-amzn-bedrock-cache-write-input-token-count": "cache_creation_input_tokens",
        },
    ),
    Provider(
        name="openrouter",
        hosts=("openrouter.ai",),
        reported={
            "cost": "cost",
            "upstream_cost": "cost_details.upstream_inference_cost",
            "is_byok": "is_byok",
        },
    ),
    Provider(
        name="xai",
        hosts=("api.x.ai", ".api.x.ai"),
        include_usage=True,
        reported={"ticks": "cost_in_usd_ticks"},
        publisher="xai",
    ),
    Provider(name="groq", hosts=("api.groq.com",)),
    Provider(
        name="deepinfra",
        hosts=("api.deepinfra.com",),
        reported={"estimated_cost": "estimated_cost"},
    ),
    Provider(name="novita", hosts=("api.novita.ai",), include_usage=True),
    Provider(
        name="fireworks",
        hosts=("api.fireworks.ai",),
        rules=("cached_in_headers",),
        counted_in={"fireworks-cached-prompt-tokens": "cache_read_input_tokens"},
    ),
    Provider(
        name="perplexity",
        hosts=("api.perplexity.ai",),
        rules=("request_fee_is_a_search", "researched_apart"),
        reported={"cost": "cost.total_cost"},
    ),
    Provider(name="cerebras", hosts=("api.cerebras.ai",)),
    Provider(
        name="mistral",
        hosts=(
            "api.mistral.ai",
            ".api.mistral.ai",
            "api.eu.mistral.ai",
            "api.us.mistral.ai",
            "codestral.mistral.ai",
        ),
        publisher="mistral",
    ),
    Provider(name="deepseek", hosts=("api.deepseek.com",), publisher="deepseek"),
    Provider(
        name="nebius",
        hosts=(
            "api.tokenfactory.nebius.com",
            ".tokenfactory.nebius.com",
            "api.studio.nebius.ai",
            "api.studio.nebius.com",
        ),
        include_usage=True,
    ),
    Provider(name="zai", hosts=("api.z.ai",), include_usage=True, publisher="zai"),
    Provider(name="cohere", hosts=("api.cohere.com", "api.cohere.ai"), publisher="cohere"),
    Provider(
        name="together", hosts=("api.together.xyz", "api.together.ai", "api-inference.together.ai")
    ),
    Provider(
        name="huggingface",
        hosts=("router.huggingface.co", "api-inference.huggingface.co"),
        include_usage=True,
    ),
    # Its hosts keep models, too; a server of one's own is mapped to it (docs/api of ollama/ollama:
    # openai-compatibility.mdx, cloud-usage.mdx; read 2026-11-26).
    Provider(name="ollama", hosts=("ollama.com",), include_usage=True, is_shared=True),
    Provider(name="voyage", hosts=("api.voyageai.com", "ai.mongodb.com"), publisher="voyage"),
)

PROVIDERS: Mapping[str, Provider] = {row.name: row for row in (*_ROWS, UNKNOWN)}
_EXACT = {
    host: row for row in _ROWS for host in row.hosts if host[0] not in ".-" and "*" not in host
}
_AFFIXES = tuple(
    (*host.rpartition("*")[::2], row)
    for row in _ROWS
    for host in row.hosts
    if host[0] in ".-" or "*" in host
)

# A model's name → who made it, where the provider serves others' models.
_PUBLISHERS = (
    ("gpt", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("text-embedding", "openai"),
    ("claude", "anthropic"),
    ("gemini", "google"),
    ("gemma", "google"),
    ("grok", "xai"),
    ("mistral", "mistral"),
    ("mixtral", "mistral"),
    ("codestral", "mistral"),
    ("ministral", "mistral"),
    ("deepseek", "deepseek"),
    ("llama", "meta"),
    ("meta-llama", "meta"),
    ("qwen", "alibaba"),
    ("kimi", "moonshot"),
    ("glm", "zai"),
    ("command", "cohere"),
    ("sonar", "perplexity"),
)
_REGIONS = frozenset({"us", "eu", "apac", "au", "jp", "ca", "us-gov", "global"})  # of Bedrock's ids
_PORT = re.compile(r":\d+$")
_AUTHORITY = re.compile(r"[/?#]")  # ends it, also where there is no path
_PROXY_NAMES = {"google-ai-studio": "google"}
_SPELLINGS = {
    "meta-llama": "meta",
    "mistralai": "mistral",
    "x-ai": "xai",
    "z-ai": "zai",
    "zai-org": "zai",
    "deepseek-ai": "deepseek",
    "moonshotai": "moonshot",
}


def resolve(url: str, mapped: Mapping[str, str]) -> tuple[str, Provider]:
    """Return a URL's host and who bills there: the caller's mapping first, then the table.

    A mapping names a host, or ``host:port``. Behind an AI SpendOps proxy the path names the
    provider: ``/v1/{provider}/...``.
    """
    authority, host, path = _parts(url)
    name = mapped.get(authority) or mapped.get(host)
    if name == PROXY:
        name = _PROXY_NAMES.get(path.split("/")[1], path.split("/")[1]) if "/" in path else ""
    if name is not None:
        return host, PROVIDERS.get(name, UNKNOWN)
    if (row := _EXACT.get(host)) is not None:
        return host, row
    for prefix, suffix, row in _AFFIXES:
        if host.endswith(suffix) and host.startswith(prefix):
            return host, row
    return host, UNKNOWN


def is_providers(url: str, mapped: Mapping[str, str]) -> bool:
    """Return whether a URL's host is a provider's: one of the table's, or any that is mapped."""
    authority, host, _ = _parts(url)
    return authority in mapped or host in mapped or resolve(url, mapped)[1] is not UNKNOWN


def _parts(url: str) -> tuple[str, str, str]:
    """Return a URL's authority without its user, its host, and its path without the first slash."""
    found = _AUTHORITY.split(url.partition("://")[2], maxsplit=1)
    authority, path = found[0], found[1] if len(found) > 1 else ""
    authority = authority.rpartition("@")[2].lower()
    host = authority.rpartition(":")[0] if _PORT.search(authority) else authority
    return authority, host.strip("[]").rstrip("."), path


@lru_cache(maxsize=256)  # a program asks few hosts and models, over and over
def data_residency(provider: str, host: str | None) -> str | None:
    """Return the region that a regional host names, e.g. ``eu``; None: no particular one."""
    if host is None:
        return None
    for form in PROVIDERS.get(provider, UNKNOWN).regional:
        start, _, end = form.partition("*")
        if host.startswith(start) and host.endswith(end) and len(host) > len(form) - 1:
            return host[len(start) : -len(end)]
    return None


@lru_cache(maxsize=1024)
def publisher(provider: str, model: str | None) -> str | None:
    """Return who made the model: the provider's own, else read from the model's name."""
    row = PROVIDERS.get(provider, UNKNOWN)
    if row.publisher is not None:
        return row.publisher
    if model is None:
        return None
    owner, slash, name = model.lower().removeprefix("accounts/fireworks/models/").rpartition("/")
    if slash:
        owner = owner.rpartition("/")[2]
        return _SPELLINGS.get(owner, owner)
    makers = [part for part in name.split(".")[:-1] if part not in _REGIONS]
    if row.name == "bedrock" and makers:  # us.anthropic.claude-...: who made it stands before
        return makers[0]
    for start, maker in _PUBLISHERS:
        if name.startswith(start):
            return maker
    return None
