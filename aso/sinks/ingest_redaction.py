"""What an endpoint is not to know: fields that are hashed or dropped before anything leaves.

A hash is keyed by a secret that the endpoint does not have: without it, a value that can be guessed
(a name, an address) could be found by trying. Equal values of a field stay equal, so that they group.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from aso.environment import from_environment
from aso.errors import ConfigError

# Who and where. What a reader needs to count, to price and to keep one of each stays as it is.
FIELDS = (
    "api_key_id",
    "env",
    "error_type",
    "function",
    "generation_id",
    "host",
    "span_id",
    "trace_id",
)
_DIMS, _ANY = "dims.", "dims.*"
_ACTIONS = ("hash", "drop")
_MIN_KEY_LENGTH = 16
_DIGITS = 32  # hexadecimal, of SHA-256's 64: a dimension's value has 64 characters at most


class Redaction:
    """Hashes and drops the fields that its rules name. Its repr shows neither rules nor key.

    Args:
        rules: field → ``hash`` or ``drop``. A field is one of ``FIELDS``, ``dims.NAME``, or
            ``dims.*`` for every dimension without a rule of its own. None: ASO_REDACT, written
            ``dims.user=hash,function=drop``.
        key: what hashes are keyed with, 16 characters or more. None: ASO_REDACT_KEY.

    Raises:
        ConfigError: a rule or the key is wrong; the key is not quoted.
    """

    def __init__(self, rules: Any, key: Any) -> None:
        found = _checked(_written(from_environment("ASO_REDACT")) if rules is None else rules)
        secret = from_environment("ASO_REDACT_KEY") if key is None else key
        if "hash" in found.values() and not _is_key(secret):
            raise ConfigError(
                f"redact hashes, and redact_key (hidden) is not a text of {_MIN_KEY_LENGTH} "
                "characters or more: pass redact_key=, or set ASO_REDACT_KEY, to a secret that the "
                "endpoint does not have"
            )
        self._key = str(secret).encode()
        self._any = found.pop(_ANY, None)
        self._dims = {name[len(_DIMS) :]: one for name, one in found.items() if _is_dim(name)}
        self._fields = {name: one for name, one in found.items() if not _is_dim(name)}
        self._join_env()

    def __call__(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the event with these fields redacted; the same object, changed."""
        for name, action in self._fields.items():
            document[name] = self._redacted(name, document[name], action)
        if self._any or self._dims:
            dims = {
                name: self._redacted(name, value, self._dims.get(name, self._any))
                for name, value in document["dims"].items()
            }
            document["dims"] = {name: value for name, value in dims.items() if value is not None}
        return document

    def _join_env(self) -> None:
        """Give ``env`` and its copy in the dimensions one rule: either would tell the other."""
        action = self._fields.get("env") or self._dims.get("env") or self._any
        if action is not None:
            self._fields["env"] = self._dims["env"] = action

    def _redacted(self, name: str, value: str | None, action: str | None) -> str | None:
        if value is None or action is None:
            return value
        if action == "drop":
            return None
        found = hmac.new(self._key, f"{name}\0{value}".encode(), "sha256")
        return f"hash:{found.hexdigest()[:_DIGITS]}"


def _checked(rules: Any) -> dict[str, str]:
    if not _is_mapping(rules):
        raise ConfigError(
            f"redact is a {type(rules).__name__}: pass a mapping, e.g. "
            '{"dims.user": "hash", "function": "drop"}'
        )
    found: dict[Any, Any] = dict(rules)
    for name, action in found.items():
        if name not in FIELDS and not _is_dim(name):
            raise ConfigError(
                f"redact has the field {name!r}: choose from {[*FIELDS, 'dims.NAME', _ANY]}; the "
                "others are needed to count and to price"
            )
        if action not in _ACTIONS:
            raise ConfigError(f"redact[{name!r}] is {action!r}: choose from {[*_ACTIONS]}")
    return found


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _written(text: str | None) -> dict[str, str]:
    """Return the rules of ``dims.user=hash,function=drop``."""
    pairs = (pair.partition("=") for pair in (text or "").split(",") if pair.strip())
    return {name.strip(): action.strip() for name, _, action in pairs}


def _is_dim(name: object) -> bool:
    return isinstance(name, str) and name.startswith(_DIMS) and len(name) > len(_DIMS)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _MIN_KEY_LENGTH
