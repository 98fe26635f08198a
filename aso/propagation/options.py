"""What may be passed on, and whether what comes in is believed: checked where it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from aso.dimension_rules import MAX_KEY_LENGTH
from aso.errors import ConfigError
from aso.propagation.baggage import is_key

_NAMES = ("keys", "trust")
_NO_LISTS: tuple[Any, ...] = (str, bytes, Mapping)
_EXAMPLE = 'keys=["team", "feature"]'


class Options(NamedTuple):
    """Checked options.

    Attributes:
        keys: the dimensions that may cross, either way.
        trust: whether what comes in is believed.
    """

    keys: frozenset[str]
    trust: bool = False


def checked(given: Mapping[str, Any]) -> Options:
    """Return the options.

    Raises:
        ConfigError: one is not known, is missing, or cannot be.
    """
    if unknown := sorted(given.keys() - {*_NAMES}):
        raise ConfigError(f"propagate() got options {unknown}: choose from {[*_NAMES]}")
    trust = given.get("trust", False)
    if not isinstance(trust, bool):
        raise ConfigError(f"propagate() got trust={trust!r}: pass True or False")
    return Options(frozenset(_key(key) for key in _listed(given.get("keys"))), trust)


def _listed(keys: Any) -> Iterable[Any]:
    if keys is None:
        raise ConfigError(
            f"propagate() needs the keys that may cross, for nothing else does: pass {_EXAMPLE}"
        )
    if isinstance(keys, _NO_LISTS) or not hasattr(keys, "__iter__"):
        raise ConfigError(f"keys is of type {type(keys).__name__}: pass a list, e.g. {_EXAMPLE}")
    return cast("Iterable[Any]", keys)


def _key(key: Any) -> str:
    if not isinstance(key, str) or len(key) > MAX_KEY_LENGTH or not is_key(key):
        raise ConfigError(
            f"keys has {ascii(key)[:40]}: a key that crosses is 1 to {MAX_KEY_LENGTH} letters, digits "
            "or any of !#$%&'*+-.^_`|~ (a token, as baggage has them); name the dimension so"
        )
    return key
