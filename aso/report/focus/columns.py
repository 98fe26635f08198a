"""The table: FOCUS column → where its value comes from. docs/focus.md explains every row of it.

Columns of FOCUS 1.2 (its rules, model-1.2.0.1 of focus-validator 2.2.1, read 2026-11-26); those of
later versions, and ours, begin with ``x_``. None is null, which CSV writes as nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from aso.report.focus.charges import Charge
from aso.report.focus.names import meter_name, names_of, publisher_name, unit_name
from aso.semconv import decimal_text, quantity_text

Value = str | None
_SECOND = timedelta(seconds=1)


def row_of(charge: Charge) -> dict[str, Value]:
    """Return a charge's value of every column."""
    return {name: value(charge) for name, value in COLUMNS.items()}


def _company(charge: Charge) -> Value:
    return names_of(charge.event.provider).company


def _cost(charge: Charge) -> Value:
    return decimal_text(charge.cost)


def _instant(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"


def _model(charge: Charge) -> Value:
    return (charge.line and charge.line.model) or charge.event.model


def _description(charge: Charge) -> Value:
    about = f"{_model(charge) or 'no model'}, {charge.event.operation}"
    if charge.line is None:
        return f"cost not known: {about}"
    return f"{meter_name(charge.line.unit)}: {about}"


def _of_usage(value: Callable[[Charge, str], Value]) -> Callable[[Charge], Value]:
    """Return a column that is null where there is no quantity; ``value`` also gets the unit."""

    def column(charge: Charge) -> Value:
        line = charge.line
        return value(charge, line.unit) if line is not None and charge.is_usage else None

    return column


def _pricing_unit(charge: Charge, unit: str) -> Value:
    per = charge.line.per if charge.line is not None else 1
    return unit_name(unit) if per == 1 else f"{quantity_text(per)} {unit_name(unit)}"


def _sku(charge: Charge, unit: str) -> str:
    return f"{charge.event.provider}/{_model(charge) or 'any'}/{unit}"


def _sku_price(charge: Charge, unit: str) -> Value:
    return f"{_sku(charge, unit)}/{charge.event.service_tier or 'default'}"


def _price_details(charge: Charge, unit: str) -> Value:
    said = {"x_ServiceTier": charge.event.service_tier, "x_Meter": unit}
    return json.dumps({key: value for key, value in said.items() if value is not None})


def _tokens(charge: Charge) -> Value:
    total = charge.event.usage.total_tokens
    return None if charge.line is not None or total is None else str(total)


def _decimal(value: Callable[[Charge], Decimal | None]) -> Callable[[Charge], Value]:
    return lambda charge: decimal_text(value(charge))


def _line(name: str) -> Callable[[Charge], Value]:
    """Return what the cost line says, as the event's wire form writes it."""
    return lambda charge: None if charge.line is None else charge.line.to_dict()[name]


def _once(value: Callable[[Charge], Decimal | None]) -> Callable[[Charge], Value]:
    """Return an amount of the event, on its first row only: it may be summed."""
    return lambda charge: decimal_text(value(charge)) if charge.is_first else None


COLUMNS: Mapping[str, Callable[[Charge], Value]] = {
    "BilledCost": _cost,
    "BillingAccountId": lambda charge: charge.event.provider,
    "BillingAccountName": lambda _: None,
    "BillingCurrency": lambda _: "USD",
    "BillingPeriodEnd": lambda charge: _instant(charge.month[1]),
    "BillingPeriodStart": lambda charge: _instant(charge.month[0]),
    "ChargeCategory": lambda charge: "Usage" if charge.is_usage else "Adjustment",
    "ChargeClass": lambda _: None,
    "ChargeDescription": _description,
    "ChargeFrequency": lambda _: "Usage-Based",
    "ChargePeriodEnd": lambda charge: _instant(charge.ended + _SECOND),
    "ChargePeriodStart": lambda charge: _instant(charge.ended),
    "CommitmentDiscountStatus": lambda _: None,
    "ConsumedQuantity": _of_usage(lambda charge, _: _line("quantity")(charge)),
    "ConsumedUnit": _of_usage(lambda _, unit: unit_name(unit)),
    "ContractedCost": _cost,
    "ContractedUnitPrice": _decimal(lambda charge: charge.unit_price),
    "EffectiveCost": _cost,
    "InvoiceId": lambda _: None,
    "InvoiceIssuerName": _company,
    "ListCost": _decimal(lambda charge: charge.list_cost),
    "ListUnitPrice": _decimal(lambda charge: charge.list_unit_price),
    "PricingCategory": _of_usage(lambda charge, _: "Dynamic" if charge.is_said else "Standard"),
    "PricingCurrency": lambda _: "USD",
    "PricingCurrencyContractedUnitPrice": _decimal(lambda charge: charge.unit_price),
    "PricingCurrencyEffectiveCost": _cost,
    "PricingCurrencyListUnitPrice": _decimal(lambda charge: charge.list_unit_price),
    "PricingQuantity": _decimal(lambda charge: charge.pricing_quantity),
    "PricingUnit": _of_usage(_pricing_unit),
    "ProviderName": _company,
    "PublisherName": lambda charge: publisher_name(charge.event.publisher, charge.event.provider),
    "ServiceCategory": lambda _: "AI and Machine Learning",
    "ServiceName": lambda charge: names_of(charge.event.provider).service,
    "ServiceSubcategory": lambda _: "Generative AI",
    "SkuId": _of_usage(_sku),
    "SkuMeter": _of_usage(lambda _, unit: meter_name(unit)),
    "SkuPriceDetails": _of_usage(_price_details),
    "SkuPriceId": _of_usage(_sku_price),
    "SubAccountId": lambda charge: charge.event.api_key_id,
    "SubAccountName": lambda charge: charge.event.api_key_id,
    "Tags": lambda charge: json.dumps(dict(charge.event.dims), ensure_ascii=False),
    "x_CatalogSha256": lambda charge: charge.event.cost.catalog_sha256,
    "x_CatalogVersion": lambda charge: charge.event.cost.catalog_version,
    "x_CostSource": lambda charge: charge.event.cost.source,
    "x_Endpoint": lambda charge: charge.event.endpoint,
    "x_Environment": lambda charge: charge.event.env,
    "x_EventId": lambda charge: charge.event.event_id,
    "x_EventKind": lambda charge: charge.event.kind,
    "x_Function": lambda charge: charge.event.function,
    "x_HostProviderName": _company,
    "x_IsListPriceKnown": _of_usage(lambda charge, _: str(charge.is_list_price_known).lower()),
    "x_LineNumber": lambda charge: str(charge.number),
    "x_Meter": _line("unit"),
    "x_Model": _model,
    "x_Multiplier": _line("multiplier"),
    "x_Operation": lambda charge: charge.event.operation,
    "x_Outcome": lambda charge: charge.event.outcome,
    "x_PriceSource": _line("source"),
    "x_PricingNotes": lambda charge: " ".join(charge.event.cost.notes) or None,
    "x_PricingStatus": lambda charge: charge.event.cost.status,
    "x_ProviderReportedCost": _once(lambda charge: charge.event.cost.provider_cost),
    "x_QuantitySource": _line("quantity_source"),
    "x_RequestModel": lambda charge: charge.event.request_model,
    "x_Revision": lambda charge: str(charge.event.revision),
    "x_ServiceProviderName": _company,
    "x_UnpricedTokens": _tokens,
    "x_UpstreamCost": _once(lambda charge: charge.event.cost.upstream_cost),
}
