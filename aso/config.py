"""Arguments, environment and files → Settings.

Order: the argument, then the variable: ASO_API_KEY, ASO_ENDPOINT, ASO_DIMENSIONS, ASO_ENV,
ASO_POLICY, ASO_HOME, ASO_DISABLED; and those of aso.keeping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aso import keeping
from aso.credentials import ApiKey, checked_endpoint
from aso.dimension_rules import MAX_PAIRS, MAX_VALUE_LENGTH, is_text, parse_dims, written
from aso.environment import from_environment, home
from aso.errors import ConfigError
from aso.guard import say
from aso.providers import PROVIDERS, PROXY

if TYPE_CHECKING:  # names only: loaded where a program has one
    from aso.policy import Policy
    from aso.sinks import Sink

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#]+)(:\d{1,5})?")
_DURABILITIES = ("process", "memory")
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
_MAX_ENV_LENGTH = MAX_VALUE_LENGTH  # it becomes the value of a dimension
_TABLES: tuple[Any, ...] = (Mapping, type(None))
_NO_LISTS: tuple[Any, ...] = (str, bytes, Mapping)
_SAID: dict[str, float] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one instrumentation runs with. Equal settings are the same instrumentation."""

    api_key: ApiKey | None = None
    endpoint: str | None = None
    sinks: Sequence[Sink] | None = None
    integrations: Sequence[str] | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])
    policy: Policy | None = None
    prices: Mapping[str, Any] | str | Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict[str, str])
    env: str | None = None
    durability: str = "process"
    delivery: str = "process"
    max_bytes: int = keeping.MAX_BYTES
    max_age_s: float = keeping.MAX_AGE_S
    home: Path | None = None
    is_disabled: bool = False
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
    if is_disabled():  # the way out: nothing else is read, so that nothing else can stop it
        return Settings(is_disabled=True)
    key, url = credentials(api_key, endpoint)
    _expect_endpoint(key, url, sinks)
    tags, dropped = _dimensions(dimensions)
    return Settings(
        api_key=key,
        endpoint=url,
        sinks=_sinks(sinks),
        integrations=_names(integrations),
        dimensions=tags,
        policy=_policy(*_given(policy, "policy")),
        prices=_prices(prices),
        hosts=_hosts(hosts),
        env=_env(*_given(env, "env")),
        durability=_durability(durability),
        delivery=keeping.delivery(),
        max_bytes=keeping.max_bytes(),
        max_age_s=keeping.max_age_s(),
        home=home(),
        dropped_dimensions=dropped,
    )


def credentials(
    api_key: str | None, endpoint: str | None, *, allow_insecure: bool = False
) -> tuple[ApiKey | None, str | None]:
    """Return the key and the ingest endpoint: the argument, else its variable, else None.

    Raises:
        ConfigError: one of them is wrong; the message does not quote a secret.
    """
    secret, name = _given(api_key, "api_key")
    key = None if secret is None else ApiKey.parse(secret, name)
    url, source = _given(endpoint, "endpoint")
    return key, checked_endpoint(url, source, allow_insecure=allow_insecure)


def _given(argument: Any, name: str) -> tuple[Any, str]:
    """Return the argument, else its variable's value, and which of the two it was."""
    if argument is not None:
        return argument, name
    variable = f"ASO_{name.upper()}"
    return from_environment(variable), variable


def is_disabled() -> bool:
    """Return whether ASO_DISABLED says that nothing is to be touched.

    Raises:
        ConfigError: it says neither yes nor no.
    """
    said = (from_environment("ASO_DISABLED") or "").strip().lower()
    if said not in _YES | _NO:
        raise ConfigError(f"ASO_DISABLED is {said[:40]!r}: write 1 or 0, or leave it out")
    return said in _YES


def _expect_endpoint(key: ApiKey | None, url: str | None, sinks: object) -> None:
    if sinks is None and key is not None and url is None:
        raise ConfigError(
            f"API key {key.id!r} has no endpoint: there is no default, so that a key never goes to "
            "a guessed host; pass endpoint= or set ASO_ENDPOINT"
        )


def _dimensions(given: Mapping[str, str] | None) -> tuple[dict[str, str], int]:
    """Return code's tags, those of ASO_DIMENSIONS where room is left, and how many were dropped."""
    dims = written(given, {})
    outside, dropped = parse_dims(from_environment("ASO_DIMENSIONS") or "")
    for key, value in outside.items():
        if key not in dims and len(dims) == MAX_PAIRS:
            dropped.append(f"no room for {key!r}: instrument(dimensions=...) has the rest of 8")
        else:
            dims.setdefault(key, value)
    if dropped:
        say("ASO_DIMENSIONS", f"ASO_DIMENSIONS: {dropped[0]}; it was left out", said=_SAID)
    return dims, len(dropped)


def _policy(source: Any, name: str) -> Policy | None:
    if source is None:
        return None
    from aso.policy import Policy  # most programs have none

    if isinstance(source, Policy):
        return source
    try:
        return Policy.load(source)
    except ConfigError as error:
        if name == "policy":  # its messages name it
            raise
        raise ConfigError(f"{name}: {error}") from error


def _prices(source: Any) -> Mapping[str, Any] | str | Path | None:
    if isinstance(source, (Mapping, str, Path, type(None))):
        return cast("Mapping[str, Any] | str | Path | None", source)
    raise ConfigError(
        f"prices is of type {type(source).__name__}: pass a mapping, or the path of a TOML or JSON file"
    )


def _sinks(sinks: object) -> Sequence[Sink] | None:
    if sinks is None:
        return None
    found = _listed("sinks", sinks, "[MemorySink()]")
    for sink in found:
        if isinstance(sink, type):
            raise ConfigError(f"sinks has the class {sink.__name__}: pass {sink.__name__}()")
        if not callable(getattr(sink, "send", None)) or not callable(getattr(sink, "close", None)):
            raise ConfigError(
                f"sinks has one of type {type(sink).__name__}: a sink has send(events) and close(); "
                "see aso.sinks"
            )
    return found


def _listed(name: str, value: Any, example: str) -> list[Any]:
    if isinstance(value, _NO_LISTS) or not hasattr(value, "__iter__"):
        raise ConfigError(f"{name} is of type {type(value).__name__}: pass a list, e.g. {example}")
    return list(value)


def _hosts(hosts: Any) -> dict[str, str]:
    if not isinstance(hosts, _TABLES):
        raise ConfigError(
            f"hosts is of type {type(hosts).__name__}: pass a mapping, "
            'e.g. {"llm.corp.example": "openai"}'
        )
    found: dict[str, str] = {}
    for host, provider in () if hosts is None else hosts.items():
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise ConfigError(
                f"hosts has {host!r}: write the host, or host:port, without scheme and path"
            )
        if provider not in (*PROVIDERS, PROXY):
            raise ConfigError(
                f"hosts[{host!r}] is {provider!r}: choose from {[*sorted(PROVIDERS), PROXY]}"
            )
        found[host.lower()] = provider
    return found


def _env(name: Any, source: str) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str) or not name or not is_text(name):
        raise ConfigError(f"{source} is {name!r}: a non-empty name, e.g. 'production'")
    if len(name) > _MAX_ENV_LENGTH:
        raise ConfigError(
            f"{source} {name[:40]!r}... has {len(name)} characters: "
            f"at most {_MAX_ENV_LENGTH} are allowed; shorten it"
        )
    return name


def _durability(name: Any) -> str:
    if name not in _DURABILITIES:
        raise ConfigError(f"durability {name!r} is not known: choose from {list(_DURABILITIES)}")
    return str(name)


def _names(integrations: object) -> Sequence[str] | None:
    if integrations is None:
        return None
    found = _listed("integrations", integrations, "['openai']")
    for name in found:
        if not isinstance(name, str):
            raise ConfigError(f"integrations has {name!r}: pass names, e.g. ['openai']")
    return found
