"""One event → why it cost what it cost, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from aso.pricing.money import total
from aso.semconv import decimal_text, printable

_TOKENS = (
    ("prompt", "prompt_tokens"),
    ("of which cache read", "cache_read_tokens"),
    ("of which cache write", "cache_write_tokens"),
    ("of which audio", "prompt_audio_tokens"),
    ("of which image", "prompt_image_tokens"),
    ("completion", "completion_tokens"),
    ("of which reasoning", "reasoning_tokens"),
    ("of which audio", "completion_audio_tokens"),
    ("web searches", "web_search_requests"),
)
# Notes of aso.pricing, by their name before the colon, in words.
_NOTES = {
    "no_rate": "no rate is known for {}: it is not in the sum",
    "quantity_invalid": "{} is no quantity: it is not in the sum",
    "tier_unknown": "the catalog does not know the service tier {}: the standard rates were taken",
    "tier_not_combined": "no price is known for {} beside the rest: it was left out",
    "data_residency_unknown": "the catalog does not know the region {}: the standard rates were taken",
    "inference_geo_unknown": "the catalog does not know the place {}: the standard rates were taken",
    "parts_exceed_whole": "{}: its parts add up to more than the whole that the provider said",
    "search_assumed": "the provider bills a search with each request and counts none: {} was taken",
    "cache_write_ttl_assumed": "nobody said how long what was cached is kept: {} was taken",
    "block_assumed": "{}: the fixed number that is billed with each search was taken",
    "resolution_assumed": "nobody said the video's resolution: the {} was taken",
    "maximum_billed": "{}: more was used than the provider bills for a request",
    "minimum_billed": "{}: less was used than the provider bills at least",
    "conflict": "the price lists differ ({}): none was taken",
    "free_unconfirmed": "{} alone calls it free: that was not taken",
    "price_changed_meanwhile": "the call began under another price: that of its end was taken",
    "no_price_then": "the name is known, but had no price at that time",
    "provider_estimate": "the provider calls its own cost an estimate",
    "provider_reported_zero": "the provider said it cost 0, beside tokens that the catalog charges",
}


def explain(event: Mapping[str, Any]) -> str:
    """Return the call, its usage, every line of its cost, and where each number is from."""
    lines = (*_call(event), "", *_usage(event), "", *_cost(event))
    return "\n".join(printable(line) for line in lines)


def _call(event: Mapping[str, Any]) -> Iterator[str]:
    reason = f" ({event['revision_reason']})" if event["revision_reason"] else ""
    revision = f", revision {event['revision']}{reason}" if event["revision"] else ""
    yield f"event      {event['event_id']}{revision}"
    host = f" ({event['host']})" if event["host"] else ""
    yield f"{event['kind']:<10} {event['operation']} at {event['provider']}{host}, {event['ts']}"
    asked = f" (asked for {event['request_model']})" if event["request_model"] else ""
    yield f"model      {event['model'] or 'none named'}{asked}"
    reason = f", {event['error_type']}" if event["error_type"] else ""
    yield f"outcome    {event['outcome']}{reason}, {_answer(event)}"
    if not _is_recorded(event):
        yield f"attempts   {event['attempts']}, without an answer {event['attempts_unknown']}"
    if event["dims"]:
        yield "for        " + ", ".join(f"{key}={value}" for key, value in event["dims"].items())
    if event["function"]:
        yield f"function   {event['function']}"


def _is_recorded(event: Mapping[str, Any]) -> bool:
    """Return whether the program told of the call, by aso.record(): no SDK made it."""
    return event["sdk"]["name"] is None


def _answer(event: Mapping[str, Any]) -> str:
    if _is_recorded(event):
        return "recorded by the program"
    return "no answer" if event["http_status"] is None else f"HTTP {event['http_status']}"


def _usage(event: Mapping[str, Any]) -> Iterator[str]:
    source = event["usage_source"]
    is_said = _is_recorded(event) and source == "provider"
    yield f"usage      from: {'the program' if is_said else source}"
    for label, name in _TOKENS:
        if event[name] is not None:
            indent = "  " if label.startswith("of which") else ""
            yield f"           {indent}{label:<24} {event[name]:>12,}"
    for name, quantity in event["units"].items():
        yield f"           {name:<24} {quantity:>12}"


def _cost(event: Mapping[str, Any]) -> Iterator[str]:
    if event["total_cost_usd"] is None:
        yield f"cost       {event['pricing_status']}: {_missing(event)}"
    else:
        bound = " (a lower bound)" if event["pricing_status"] == "partial" else ""
        yield (
            f"cost       {event['total_cost_usd']} USD{bound}, {event['pricing_status']}, "
            f"from: {event['cost_source']}"
        )
    for line in event["cost_lines"]:
        yield f"           {_line(line, event['model'])}"
    if event["cost_lines"]:
        sum_of_lines = total(Decimal(line["amount"]) for line in event["cost_lines"])
        yield f"           {'sum of the lines':<24} = {decimal_text(sum_of_lines)}"
    for name in ("provider_cost", "calculated_cost", "upstream_cost"):
        if event[name] is not None:
            yield f"           {name:<24} = {event[name]}"
    for note in event.get("pricing_notes") or ():
        yield f"note       {_said(note)}"
    yield from _sources(event)


def _sources(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield where its prices are from, and what they depend on."""
    said: Mapping[str, Any] = event["pricing_conditions"] or {}
    if said:
        yield "priced by  " + ", ".join(f"{name}={value}" for name, value in said.items())
    if event["catalog"]:
        yield f"catalog    {event['catalog']['version']}, sha256 {event['catalog']['sha256']}"
    if event["contract"]:
        yield f"contract   sha256 {event['contract']['sha256']}"


def _said(note: str) -> str:
    name, _, about = note.partition(":")
    return _NOTES[name].format(about) if name in _NOTES else note


def _line(line: Mapping[str, Any], model: str | None) -> str:
    other = "" if line["model"] in {model, None} else f"{line['model']}, "
    multiplier = f" × {line['multiplier']}" if line["multiplier"] else ""
    return (
        f"{line['unit']:<24} = {line['quantity']} × {line['rate']} ÷ {line['per']}{multiplier}"
        f" = {line['amount']}   [{other}{line['source']}, {line['quantity_source']}]"
    )


def _missing(event: Mapping[str, Any]) -> str:
    if event["kind"] == "unmetered":
        return "this route is not metered yet"
    if event["usage_source"] == "none":
        return "nobody said how much was used"
    if not event["pricing_matched"]:
        return (
            f"the catalog does not know {event['provider']}:{event['model']}; "
            "give its price to aso reprice --overlay, and to instrument(prices=...) for calls to come"
        )
    return "none of its units has a rate"
