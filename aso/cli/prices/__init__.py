"""``aso prices``: what the catalog in force says, how it changes, where providers disagree with it."""

from __future__ import annotations

from aso.cli.prices.arguments import add_prices

__all__ = ["add_prices"]
