"""Arguments, environment and files → Settings. The only reader of os.environ.

Order: the argument, then the variable: ASO_API_KEY, ASO_ENDPOINT, ASO_DIMENSIONS, ASO_ENV,
ASO_POLICY, ASO_HOME, ASO_DISABLED.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aso.dimension_rules import merged, parse_dims, written
from aso.errors import ConfigError
from aso.guard import say
from aso.policy import Policy
from aso.providers import PROVIDERS, PROXY

if TYPE_CHECKING:  # a name only: sinks are handed through
    from aso.sinks import Sink

_KEY = re.compile(r"aso_k_(?P<id>[A-Za-z0-9_-]{1,64})\.(?P<secret>[A-Za-z0-9_\-+/=]{1,256})")
_ENDPOINT = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^\]]+\]|[^/:@\s]+)(:\d+)?(/[^\s?#]*)?")
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]")
_DURABILITIES = ("process", "memory")
_TRUE = frozenset({"1", "true", "yes", "on"})
_MAX_ENV_LENGTH = 64
_SAID: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``aso_k_{id}.{secret}``. The secret is in ``text`` alone and never shown."""

    id: str
    text: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> ApiKey:
        """Return the key.

        Raises:
            ConfigError: it does not have the form; the message does not quote it.
        """
        found = _KEY.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ConfigError(
                "the API key (hidden) is not of the form aso_k_{id}.{secret}: "
                "copy it whole from the key's page, or leave it out to use the local ledger"
            )
        return cls(found["id"], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one instrumentation runs with. Equal settings are the same instrumentation."""

    api_key: ApiKey | None
    endpoint: str | None
    sinks: Sequence[Sink] | None
    integrations: Sequence[str] | None
    dimensions: Mapping[str, str]
    policy: Policy | None
    prices: Mapping[str, Any] | str | Path | None
    hosts: Mapping[str, str]
    env: str | None
    durability: str
    home: Path | None
    is_disabled: bool
    dropped_dimensions: int = field(default=0, compare=False)

    def difference(self, other: Settings) -> str:
        """Return the names of the settings that differ, never their values."""
        names = (one.name for one in fields(self) if one.compare)
        return ", ".join(name for name in names if getattr(self, name) != getattr(other, name))


def settle(
    *,
    api_key: str | None = None,
    endpoint: str | None = None,
    sinks: Sequence[Sink] | None = None,
    integrations: Sequence[str] | None = None,
    dimensions: Mapping[str, str] | None = None,
    policy: Policy | Mapping[str, Any] | str | Path | None = None,
    prices: Mapping[str, Any] | str | Path | None = None,
    hosts: Mapping[str, str] | None = None,
    env: str | None = None,
    durability: str = "process",
) -> Settings:
    """Return the settings of these arguments in this environment.

    Raises:
        ConfigError: one of them is wrong.
        DimensionError: a dimension given as an argument breaks the limits.
    """
    key = _key(api_key or _variable("ASO_API_KEY"))
    url = _endpoint(endpoint or _variable("ASO_ENDPOINT"))
    _expect_endpoint(key, url, sinks)
    tags, dropped = _dimensions(dimensions)
    return Settings(
        api_key=key,
        endpoint=url,
        sinks=None if sinks is None else list(sinks),
        integrations=None if integrations is None else _names(integrations),
        dimensions=tags,
        policy=_policy(policy if policy is not None else _variable("ASO_POLICY")),
        prices=prices,
        hosts=_hosts(hosts or {}),
        env=_env(env or _variable("ASO_ENV")),
        durability=_durability(durability),
        home=home(),
        is_disabled=(_variable("ASO_DISABLED") or "").lower() in _TRUE,
        dropped_dimensions=dropped,
    )


def home() -> Path | None:
    """Return where aso keeps its files: ASO_HOME, else ~/.aso; None where there is no home."""
    if (chosen := _variable("ASO_HOME")) is not None:
        return Path(chosen).expanduser().absolute()
    try:
        return Path.home() / ".aso"
    except RuntimeError:  # no HOME and no entry in the user database
        return None


def _variable(name: str) -> str | None:
    return os.environ.get(name) or None  # noqa: TID251 — this module's purpose


def _key(text: str | None) -> ApiKey | None:
    return None if text is None else ApiKey.parse(text)


def _endpoint(url: str | None) -> str | None:
    if url is None:
        return None
    found = _ENDPOINT.fullmatch(url)
    if found is None:
        raise ConfigError(
            f"endpoint {_shown(url)!r} is not a URL: write https://host or https://host/path, "
            "without user, query or fragment"
        )
    if found["scheme"] == "http" and not _LOOPBACK.fullmatch(found["host"]):
        raise ConfigError(
            f"endpoint {_shown(url)!r} is not encrypted: a key is sent over https only; "
            "http is for this machine (127.0.0.1)"
        )
    return url.rstrip("/")


def _shown(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//(hidden)@", url).partition("?")[0][:120]


def _expect_endpoint(key: ApiKey | None, url: str | None, sinks: Sequence[Sink] | None) -> None:
    if sinks is None and key is not None and url is None:
        raise ConfigError(
            f"API key {key.id!r} has no endpoint: there is no default, so that a key never goes to "
            "a guessed host; pass endpoint= or set ASO_ENDPOINT"
        )


def _dimensions(given: Mapping[str, str] | None) -> tuple[dict[str, str], int]:
    outside, dropped = parse_dims(_variable("ASO_DIMENSIONS") or "")
    if dropped:
        say("ASO_DIMENSIONS", f"ASO_DIMENSIONS: {dropped[0]}; it was left out", said=_SAID)
    return merged(outside, written(given, {})), len(dropped)


def _policy(source: Policy | Mapping[str, Any] | str | Path | None) -> Policy | None:
    return source if source is None or isinstance(source, Policy) else Policy.load(source)


def _hosts(hosts: Mapping[str, str]) -> dict[str, str]:
    for host, provider in hosts.items():
        if provider not in PROVIDERS and provider != PROXY:
            raise ConfigError(
                f"hosts[{host!r}] is {provider!r}: choose from {[*sorted(PROVIDERS), PROXY]}"
            )
        if "/" in host:
            raise ConfigError(
                f"hosts has {host!r}: write the host, or host:port, without scheme and path"
            )
    return {host.lower(): provider for host, provider in hosts.items()}


def _env(name: str | None) -> str | None:
    if name is not None and len(name) > _MAX_ENV_LENGTH:
        raise ConfigError(f"env {name[:40]!r}… has {len(name)} characters: at most 64; shorten it")
    return name


def _durability(name: str) -> str:
    if name not in _DURABILITIES:
        raise ConfigError(f"durability {name!r} is not known: choose from {list(_DURABILITIES)}")
    return name


def _names(integrations: Sequence[str]) -> list[str]:
    if isinstance(integrations, str):
        raise ConfigError(
            f"integrations is the text {integrations!r}: pass a list, e.g. [{integrations!r}]"
        )
    return list(integrations)
