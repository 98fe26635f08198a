"""The policy document: checked whole when it is made, immutable after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

from aso.dimension_rules import MAX_KEY_LENGTH, MAX_PAIRS, MAX_VALUE_LENGTH
from aso.documents import read
from aso.errors import ConfigError
from aso.policy.checks import problems
from aso.policy.patterns import Patterns

Mode = Literal["enforce", "warn", "shadow"]


class Compiled(NamedTuple):
    """What ``decide`` reads, made once."""

    providers: Patterns
    models: Patterns
    denied: Patterns
    keys: frozenset[str] | None
    mandatory: tuple[str, ...]
    requires_any: bool
    limits: tuple[int, int, int]
    passed: set[tuple[str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What calls are allowed. Immutable, equal by value; wrong values raise one error naming all.

    Args:
        allowed_providers: provider names, or ``*``.
        allowed_models: ``provider:model``, a trailing ``*`` allowed, or ``*``.
        denied_models: the same; wins over ``allowed_models``.
        mandatory_dimensions: True: at least one; or the keys that must be there. ``env`` is
            satisfied by the process's env.
        allowed_dimension_keys: None: any. The process's env needs no permission.
        max_dimension_pairs: at most 8.
        max_dimension_key_length: characters, at most 32.
        max_dimension_value_length: characters, at most 64.
        aliases: model as the caller writes it → model as the patterns know it.
        mode: ``enforce`` refuses; ``warn`` logs once an hour and cause; ``shadow`` does so at level INFO.
        max_cost_per_request: not enforced by this version yet, like ``budgets``, ``rules``,
            ``unpriced`` and ``unbounded``: setting one raises, rather than being ignored.

    Raises:
        ConfigError: one or more values are wrong.
    """

    allowed_providers: Sequence[str] = ("*",)
    allowed_models: Sequence[str] = ("*",)
    denied_models: Sequence[str] = ()
    mandatory_dimensions: bool | Sequence[str] = False
    allowed_dimension_keys: Sequence[str] | None = None
    max_dimension_pairs: int = MAX_PAIRS
    max_dimension_key_length: int = MAX_KEY_LENGTH
    max_dimension_value_length: int = MAX_VALUE_LENGTH
    max_cost_per_request: Decimal | str | None = None
    budgets: Sequence[Any] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    aliases: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    unpriced: Literal["allow", "ceiling", "block"] = "allow"
    unbounded: Literal["context_window", "block", "allow"] = "context_window"
    mode: Mode = "enforce"
    compiled: Compiled = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _expect_none(problems({name: getattr(self, name) for name in _DEFAULTS}))
        for name in _DEFAULTS:  # copies: what the caller does to a list later changes nothing
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        object.__setattr__(self, "compiled", _compile(self))

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any]) -> Policy:
        """Return the policy of a TOML or JSON file, of its text, or of a mapping.

        Raises:
            ConfigError: it cannot be read, has unknown fields or wrong values; it names all.
        """
        from aso.policy.outside import misshapen  # its shapes are needed for documents only

        document = dict(read(source, "policy"))
        wrong = misshapen(document)
        if wrong:
            rest = {name: document.get(name, _DEFAULTS[name]) for name in _DEFAULTS}
            rest |= {name: _DEFAULTS[name] for name in wrong if name in _DEFAULTS}
            _expect_none([*wrong.values(), *problems(rest)])
        return cls(**document)


def _expect_none(found: Sequence[str]) -> None:
    if found:
        raise ConfigError("the policy is wrong: " + "; ".join(found))


def _frozen(value: Any) -> Any:
    if isinstance(value, _LISTS):
        return tuple(value)
    return dict(value) if isinstance(value, _TABLES) else value


def _compile(policy: Policy) -> Compiled:
    keys, mandatory = policy.allowed_dimension_keys, policy.mandatory_dimensions
    return Compiled(
        providers=Patterns(policy.allowed_providers),
        models=Patterns(policy.allowed_models),
        denied=Patterns(policy.denied_models),
        keys=None if keys is None else frozenset(keys),
        mandatory=() if isinstance(mandatory, bool) else tuple(mandatory),
        requires_any=mandatory is True,
        limits=(
            policy.max_dimension_pairs,
            policy.max_dimension_key_length,
            policy.max_dimension_value_length,
        ),
        passed=set(),
    )


_LISTS: tuple[Any, ...] = (list,)
_TABLES: tuple[Any, ...] = (Mapping,)
_DEFAULTS: Mapping[str, Any] = {
    one.name: {} if one.default is MISSING else one.default for one in fields(Policy) if one.init
}
