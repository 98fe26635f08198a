"""Facts → Event: usage, then price. Pure, given a pricer; runs off the call path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, cast

from aso.beside import done_beside
from aso.counted import counted
from aso.facts import Facts, Origin
from aso.pricing import Pricer
from aso.providers import PROVIDERS, UNKNOWN, data_residency, publisher
from aso.reading import at
from aso.records import Cost, CostLine, Event, Kind, Outcome, Usage
from aso.semconv import TOKEN_FIELDS, decimal_text
from aso.usage import as_partial, estimate, interpret
from aso.wire import SHAPES
from aso.wire.cohere import BILLED

RECORDED = "aso.record"  # the source of the line of a cost that the program said itself
_NO_USAGE = Usage(source="none")
_FIRST_ERROR_STATUS = 400


def build(facts: Facts, origin: Origin, pricer: Pricer) -> Event:
    """Return the event of one call."""
    model = _without_prefix(facts.model) or _without_prefix(facts.request_model)
    usage = usage_of(facts, model)
    billed, conditions = _billed(usage, facts), conditions_of(facts)
    cost = _cost_of(facts, billed, conditions, model, pricer)
    sdk_name, sdk_version = facts.sdk or (None, None)
    return Event(  # by position, in the order of the fields: by name costs twice as much
        _uuid_text(facts.event_id),
        facts.revision,
        facts.revision_reason,
        cast(Kind, facts.kind),
        origin.env,
        origin.api_key_id,
        origin.aso_version,
        sdk_name,
        sdk_version,
        facts.provider,
        publisher(facts.provider, model),
        facts.host,
        facts.endpoint,
        facts.operation,
        model,
        facts.request_model,
        facts.generation_id,
        facts.stream,
        facts.service_tier,
        facts.attempts,
        facts.attempts_unknown,
        cast(Outcome, facts.outcome),
        facts.http_status,
        facts.error_type,
        usage,
        cost,
        facts.prompt_chars,
        facts.completion_chars,
        facts.completion_bytes,
        facts.started_at_ms,
        facts.first_byte_at_ms,
        facts.ended_at_ms,
        facts.dims,
        facts.function,
        facts.trace_id,
        facts.span_id,
        basis(facts, conditions, billed if billed is not usage else None),
    )


def usage_of(facts: Facts, model: str | None) -> Usage:
    """Return the provider's numbers; where there are none and an answer came, an estimate."""
    if facts.kind != "call" or facts.wire is None:
        return _NO_USAGE
    raw, counters = facts.usage, SHAPES[facts.wire].counters
    told = (facts.extra or {}).get("counted_in_headers")
    if raw is None and told is not None and "input_tokens" in told:
        raw, counters = told, SHAPES["messages"].counters
    said = interpret(
        raw,
        facts.extra,
        counters,
        rules=PROVIDERS.get(facts.provider, UNKNOWN).rules,
        model=model,
    )
    if said is not None:
        return said if facts.complete else as_partial(said, facts.completion_chars)
    if not _answered(facts):
        return _NO_USAGE
    found = counted(facts.usage, facts.extra)
    return found or estimate(facts.prompt_chars, facts.completion_chars)


def _cost_of(
    facts: Facts, billed: Usage, conditions: Mapping[str, Any], model: str | None, pricer: Pricer
) -> Cost:
    """Return the price in force when the call ended."""
    if facts.kind == "unmetered":
        return Cost()
    if (recorded := (facts.extra or {}).get("recorded_cost")) is not None:
        return _recorded(Decimal(recorded), facts.provider, model)
    return pricer.price(
        billed,
        provider=facts.provider,
        model=model,
        request_model=facts.request_model,
        at=instant(_priced_at_ms(facts)),
        conditions=conditions,
        outcome=facts.outcome,
        http_status=facts.http_status,
        attempts=0 if _is_unbilled(facts) else facts.attempts,
        began=began_at(facts.started_at_ms, facts.ended_at_ms, _priced_at_ms(facts)),
    )


def _is_unbilled(facts: Facts) -> bool:
    """Return True where nothing left, or where a job says that it bills nothing by itself."""
    extra = facts.extra or {}
    return bool(extra.get("unsent") or extra.get("unbilled"))


def _billed(usage: Usage, facts: Facts) -> Usage:
    """Return what is billed where a provider says that it is not what was used: Cohere does."""
    units = at(facts.usage, "billed_units")
    if facts.provider != "cohere" or not isinstance(units, Mapping):
        return usage
    return interpret(facts.usage, None, BILLED) or usage


def _recorded(amount: Decimal, provider: str, model: str | None) -> Cost:
    line = CostLine(
        unit="recorded",
        quantity=1,
        rate=amount,
        per=1,
        multiplier=None,
        amount=amount,
        model=model,
        provider=provider,
        source=RECORDED,
    )
    return Cost(total=amount, status="priced", source="custom", lines=(line,))


def conditions_of(facts: Facts) -> dict[str, Any]:
    """Return what, beside model and usage, a price depends on."""
    extra, usage = facts.extra, facts.usage
    found: dict[str, Any] = dict(extra.get("conditions") or {}) if extra else {}
    found["endpoint"] = facts.endpoint
    found["dimensions"] = facts.dims
    if isinstance(usage, dict):
        for name in _CONDITIONS_IN_USAGE:
            if name in usage and (value := at(usage, name)) is not None:
                found[name] = value
    if others := done_beside(usage, extra, facts.wire):
        found["iterations"] = others
    if (region := data_residency(facts.provider, facts.host)) is not None:
        found["data_residency"] = region
    if facts.service_tier is not None:
        found["service_tier"] = facts.service_tier
    if (reported := _reported(facts)) is not None:
        found["provider_reported"] = reported
    return found


def basis(
    facts: Facts, conditions: Mapping[str, Any], billed: Usage | None
) -> Mapping[str, Any] | None:
    """Return what the price depends on and no other field of the event says; None: nothing.

    Conditions by name; ``at_ms``: the instant that decided, where it is not the event's end;
    ``billed``: the quantities that are billed, where they are not those that were used.
    """
    found = {
        name: _plain(value)
        for name, value in conditions.items()
        if name not in _SAID_ELSEWHERE and value is not None
    }
    if (at_ms := _priced_at_ms(facts)) != facts.ended_at_ms:
        found["at_ms"] = at_ms
    if billed is not None:
        found["billed"] = _plain(
            {name: getattr(billed, attribute) for attribute, name in TOKEN_FIELDS.items()}
            | dict(billed.units)
        )
    return found or None


def began_at(started_at_ms: int, ended_at_ms: int, priced_at_ms: int) -> datetime | None:
    """Return when a call began whose end decided its price; None: another instant did."""
    if priced_at_ms != ended_at_ms or not 0 < started_at_ms < ended_at_ms:
        return None
    return instant(started_at_ms)


def instant(epoch_ms: int) -> datetime:
    """Return the aware instant that prices are looked up by."""
    return datetime.fromtimestamp(epoch_ms / 1000, timezone.utc)


def _plain(value: Any) -> Any:
    """Return the value as the wire writes it: decimals and floats as text, what is null left out."""
    if isinstance(value, Mapping):
        said = cast("Mapping[str, Any]", value)
        return {name: _plain(one) for name, one in said.items() if one is not None}
    if isinstance(value, (float, Decimal)):
        return decimal_text(Decimal(str(value)))
    return value


def _answered(facts: Facts) -> bool:
    if facts.http_status is None or facts.http_status >= _FIRST_ERROR_STATUS:
        return False
    if (facts.extra or {}).get("settles_later"):
        return False
    return facts.complete or bool(facts.completion_chars)


def _priced_at_ms(facts: Facts) -> int:
    """Return when the price was in force: a batch's is that of its submission."""
    said = (facts.extra or {}).get("priced_at_ms")
    return said if isinstance(said, int) else facts.ended_at_ms


def _reported(facts: Facts) -> Mapping[str, Any] | None:
    paths = PROVIDERS.get(facts.provider, UNKNOWN).reported
    if not paths or facts.usage is None:
        return None
    said = {key: at(facts.usage, path) for key, path in paths.items()}
    return {key: value for key, value in said.items() if value is not None} or None


def _without_prefix(model: str | None) -> str | None:
    return None if model is None else model.removeprefix("models/")


def _uuid_text(digits: str) -> str:
    if len(digits) != _UUID_DIGITS:
        return digits
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_SAID_ELSEWHERE = frozenset({"endpoint", "service_tier", "dimensions", "units"})
_CONDITIONS_IN_USAGE = ("search_context_size", "speed", "inference_geo")
_UUID_DIGITS = 32
