"""(Policy, Call) → Decision. Pure. The first rule that is broken decides.

Texts before the colon are the hosted product's, without its HTTP dressing (docs.aispendops.com,
read 2026-11-23). The order is its order: provider, model, dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aso.dimension_rules import breaches
from aso.errors import DimensionError, ModelNotAllowedError, PolicyError, ProviderNotAllowedError
from aso.policy.document import Compiled, Mode, Policy
from aso.policy.patterns import Patterns
from aso.records import Call

_SHOWN = 8
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """``violation`` is what was broken, in every mode; ``action`` is ``block`` only in enforce."""

    action: Literal["allow", "block"]
    violation: PolicyError | None = None
    mode: Mode = "enforce"


_ALLOW = Decision("allow")


def decide(policy: Policy, call: Call) -> Decision:
    """Return whether the call may be made."""
    rules = policy.compiled
    violation = _route(policy, call) or _dimensions(rules, call)
    if violation is None:
        return _ALLOW
    if policy.mode == "enforce":
        return Decision("block", violation)
    violation.decision = policy.mode
    return Decision("allow", violation, policy.mode)


def _route(policy: Policy, call: Call) -> PolicyError | None:
    """Check who bills and which model; a program calls few of them, so what passed is kept."""
    rules, route = policy.compiled, (call.provider, call.model)
    if route in rules.passed:
        return None
    violation = _provider(rules, call.provider)
    if violation is None and call.model is not None:
        violation = _model(rules, call.provider, policy.aliases.get(call.model, call.model))
    if violation is None and len(rules.passed) < _KEPT:
        rules.passed.add(route)
    return violation


def _provider(rules: Compiled, provider: str) -> PolicyError | None:
    if rules.providers.match(provider):
        return None
    return ProviderNotAllowedError(
        f"Provider not allowed by API key policy: {provider!r} is not in allowed_providers "
        f"{_few(rules.providers)}; add it to Policy.allowed_providers, or choose an allowed one",
        rule="allowed_providers",
        value=provider,
    )


def _model(rules: Compiled, provider: str, model: str) -> PolicyError | None:
    name = f"{provider}:{model.removeprefix('models/')}"  # Google's path form of the same name
    if rules.denied.match(name):
        return ModelNotAllowedError(
            f"Model not allowed by API key policy: {name!r} is in denied_models "
            f"{_few(rules.denied)}; choose another model",
            rule="denied_models",
            value=name,
        )
    if rules.models.match(name):
        return None
    return ModelNotAllowedError(
        f"Model not allowed by API key policy: {name!r} is not in allowed_models "
        f"{_few(rules.models)}; add it to Policy.allowed_models or choose an allowed model",
        rule="allowed_models",
        value=name,
    )


def _dimensions(rules: Compiled, call: Call) -> PolicyError | None:
    dims = call.dims
    if rules.requires_any and not dims and not call.env:
        return _required([])
    for key in rules.mandatory:
        if not dims.get(key) and not _is_env(key, call):
            there = {key for key in rules.mandatory if dims.get(key) or _is_env(key, call)}
            return _required([key for key in rules.mandatory if key not in there])
    if call.env is not None and dims.get("env") == call.env:  # ours, not the caller's
        dims = {key: value for key, value in dims.items() if key != "env"}
    if rules.keys is not None and not rules.keys.issuperset(dims):
        return _unlisted(next(key for key in dims if key not in rules.keys), rules.keys)
    return _over_limits(rules.limits, dims)


def _over_limits(limits: tuple[int, int, int], dims: Mapping[str, str]) -> PolicyError | None:
    pairs, key_length, value_length = limits
    for key, value in dims.items():
        if len(key) > key_length or len(value) > value_length:
            break
    else:
        if len(dims) <= pairs:
            return None
    return next(
        breaches(dims, max_pairs=pairs, max_key_length=key_length, max_value_length=value_length)
    )


def _required(missing: list[str]) -> PolicyError:
    what = f"{', '.join(map(repr, missing))} missing" if missing else "there is none"
    return DimensionError(
        f"Dimensions are required (X-ASO-Dims header): {what}; "
        "set it by aso.dimensions(...), instrument(dimensions=...) or the header",
        rule="mandatory_dimensions",
        value=", ".join(missing),
    )


def _unlisted(key: str, keys: frozenset[str]) -> PolicyError:
    return DimensionError(
        f'Dimension key "{key}" not allowed: allowed_dimension_keys is {sorted(keys)}; '
        "use one of them, or add it to Policy.allowed_dimension_keys",
        rule="allowed_dimension_keys",
        value=key,
    )


def _is_env(key: str, call: Call) -> bool:
    return key == "env" and bool(call.env)


def _few(patterns: Patterns) -> str:
    texts = patterns.texts
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"{list(texts[:_SHOWN])}{more}"
